/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "made_kinds.h"
#include "staletlb/decode.h"

static char path[] = "/tmp/stlb-profile-XXXXXX";

static void write_file(const char *text, size_t size)
{
	int fd;

	strcpy(path, "/tmp/stlb-profile-XXXXXX");
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, size), (ssize_t)size);
	close(fd);
}

/* Loads a document and expects this error, with all of the strings in the message. */
static void refused_as(int code, const char *text, const char *place, const char *what)
{
	struct stlb_profile *profile = NULL;
	struct stlb_error err = {""};
	int rc;

	write_file(text, strlen(text));
	rc = stlb_profile_load(path, &profile, &err);
	unlink(path);
	cr_expect_eq(rc, code, "%.200s: %d", text, rc);
	cr_expect_null(profile);
	cr_expect(strstr(err.text, path), "no file: %s", err.text);
	cr_expect(strstr(err.text, place), "place %s: %s", place, err.text);
	cr_expect(strstr(err.text, what), "text %s: %s", what, err.text);
	if (rc == 0)
		stlb_profile_free(profile);
}

static void refused(const char *text, const char *place, const char *what)
{
	refused_as(-EINVAL, text, place, what);
}

static struct stlb_profile *loaded(const char *text)
{
	struct stlb_profile *profile = NULL;
	struct stlb_error err = {""};

	write_file(text, strlen(text));
	cr_assert_eq(stlb_profile_load(path, &profile, &err), 0, "%s", err.text);
	unlink(path);
	return profile;
}

#define EVENTS(rows) "{\"name\": \"t\", \"events\": [" rows "]}"
#define ROW(rest)    EVENTS("{\"event\": \"e\", \"kind\": " rest "}")

Test(profile, sample_is_read)
{
	const char *root = getenv("STALETLB_SOURCE_DIR");
	struct stlb_profile *profile = NULL;
	struct stlb_error err = {""};
	char sample[4096];

	snprintf(sample, sizeof(sample), "%s/samples/profile-example.json", root ? root : ".");
	cr_assert_eq(stlb_profile_load(sample, &profile, &err), 0, "%s", err.text);
	stlb_profile_free(profile);
	stlb_profile_free(NULL);
}

Test(profile, files_that_are_none)
{
	struct stlb_profile *profile;
	struct stlb_error err = {""};

	cr_expect_eq(stlb_profile_load("/nowhere/p.json", &profile, &err), -ENOENT);
	cr_expect(strstr(err.text, "/nowhere/p.json"));
	cr_expect_eq(stlb_profile_load("/tmp", &profile, &err), -EISDIR);
	cr_expect_eq(stlb_profile_load("/nowhere/p.json", &profile, NULL), -ENOENT);
	refused("", ":1:", "not valid JSON");
	refused("{\"name\": \"a\",\n\"name\": \"b\"}", ":2:", "duplicate");
}

Test(profile, hostile_files_are_bounded)
{
	size_t size = (1 << 20) + 1;
	char *text = malloc(size + 1);

	memset(text, ' ', size);
	text[size] = '\0';
	refused_as(-EFBIG, text, "", "larger than 1 MiB");
	memset(text, '[', 1 << 20);
	text[1 << 20] = '\0';
	refused_as(-EFBIG, text, "", "holds too many values");
	memset(text, '[', 1 << 18);
	text[1 << 18] = '\0';
	refused(text, ":1:", "not valid JSON");
	free(text);
}

Test(profile, documents)
{
	refused("[]", "", "must be a JSON object");
	refused("{\"events\": []}", "name", "expected the profile's name");
	refused("{\"name\": 1, \"events\": []}", "name", "expected the profile's name");
	refused("{\"name\": \"a\", \"description\": 1}", "description", "a string");
	refused("{\"name\": \"a\"}", "events", "an array of");
	refused("{\"name\": \"a\", \"events\": []}", "events", "an array of");
	refused("{\"name\": \"a\", \"evnts\": []}", "profile", "did you mean \"events\"?");
	refused("{\"name\": \"a\", \"something_else\": []}", "profile",
		"unknown key \"something_else\"");
	refused(EVENTS("1"), "events[0]", "expected an object");
}

Test(profile, rows)
{
	refused(EVENTS("{\"kind\": \"exit\"}"), "events[0].event", "the name of a trace event");
	refused(EVENTS("{\"event\": \"\", \"kind\": \"exit\"}"), "events[0].event", "the name");
	refused(EVENTS("{\"event\": \"e\"}"), "events[0].kind", "the name of a kind");
	refused(ROW("\"pte_cler\""), "events[0].kind", "did you mean \"pte_clear\"?");
	refused(ROW("\"xyzzy_plugh\""), "events[0].kind", "lists the kinds");
	refused(ROW("\"lost\""), "events[0].kind", "a profile cannot provide");
	refused(ROW("\"stack\""), "events[0].kind", "a profile cannot provide");
	refused(ROW("\"exit\", \"levle\": \"pte\""), "events[0]", "did you mean \"level\"?");
	refused(ROW("\"exit\", \"level\": \"p5d\""), "events[0].level", "\"pgd\"");
	refused(ROW("\"exit\", \"level\": 1"), "events[0].level", "\"pgd\"");
	refused(ROW("\"exit\", \"system\": \"\""), "events[0].system", "an event group");
	refused(ROW("\"exit\", \"same_content\": 1"), "events[0].same_content", "true or false");
	refused(ROW("\"none\", \"level\": \"pte\""), "events[0]", "unknown key \"level\"");
	refused(ROW("\"pte_set\", \"fields\": {\"mm\": \"mm\"}"), "events[0].fields",
		"also needs \"new\"");
	refused(ROW("\"phase\", \"fields\": {\"mm\": \"mm\"}"), "events[0].fields",
		"needs \"text\"");
	refused(EVENTS("{\"event\": \"e\", \"kind\": \"exit\"}, "
		       "{\"event\": \"e\", \"kind\": \"none\"}"),
		"events[1].event", "is also in events[0]");
}

Test(profile, fields)
{
	refused(ROW("\"exit\", \"fields\": []"), "events[0].fields", "expected an object");
	refused(ROW("\"exit\", \"fields\": {\"adr\": \"a\"}"), "events[0].fields.adr",
		"did you mean \"addr\"?");
	refused(ROW("\"exit\", \"fields\": {\"xyzzyplugh\": \"a\"}"), "events[0].fields.xyzzyplugh",
		"lists the known ones");
	refused(ROW("\"exit\", \"fields\": {\"mm\": 1}"), "events[0].fields.mm",
		"the name of a trace field");
	refused(ROW("\"exit\", \"fields\": {\"mm\": \"a||b\"}"), "events[0].fields.mm", "the name");
	refused(ROW("\"exit\", \"fields\": {\"mm\": \"a|\"}"), "events[0].fields.mm", "the name");
	refused(ROW("\"exit\", \"fields\": {\"mm\": \"\"}"), "events[0].fields.mm", "the name");
	refused(ROW("\"exit\", \"fields\": {\"mm\": {}}"), "events[0].fields.mm", "the name");
	refused(ROW("\"exit\", \"fields\": {\"mm\": {\"feld\": \"a\"}}"), "events[0].fields.mm",
		"did you mean \"field\"?");
	refused(ROW("\"exit\", \"fields\": {\"mm\": {\"field\": \"a\", \"shift\": 64}}"),
		"events[0].fields.mm", "-63..63");
	refused(ROW("\"exit\", \"fields\": {\"mm\": {\"field\": \"a\", \"mask\": \"ff\"}}"),
		"events[0].fields.mm", "an integer or");
	refused(ROW("\"exit\", \"fields\": {\"mm\": {\"field\": \"a\", \"mask\": 0}}"),
		"events[0].fields.mm", "which clears the field");
	refused(ROW("\"exit\", \"fields\": {\"mm\": {\"field\": \"a\", \"add\": null}}"),
		"events[0].fields.mm", "an integer or");
	refused(ROW("\"exit\", \"fields\": {\"text\": {\"field\": \"a\"}}"),
		"events[0].fields.text", "cannot be computed");
}

Test(profile, constants)
{
	refused(ROW("\"exit\", \"constants\": 1"), "events[0].constants", "expected an object");
	refused(ROW("\"exit\", \"constants\": {\"adr\": 1}"), "events[0].constants.adr",
		"did you mean \"addr\"?");
	refused(ROW("\"exit\", \"constants\": {\"text\": 1}"), "events[0].constants.text",
		"cannot be a constant");
	refused(ROW("\"exit\", \"fields\": {\"mm\": \"a\"}, \"constants\": {\"mm\": 1}"),
		"events[0].constants.mm", "also in \"fields\"");
	refused(ROW("\"exit\", \"constants\": {\"mm\": 1.5}"), "events[0].constants.mm",
		"an integer or");
	refused(ROW("\"exit\", \"constants\": {\"mm\": \"0x\"}"), "events[0].constants.mm",
		"an integer or");
	refused(ROW("\"exit\", \"constants\": {\"mm\": \"0x12345678123456789\"}"),
		"events[0].constants.mm", "an integer or");
}

Test(profile, when)
{
	refused(ROW("\"exit\", \"when\": 1"), "events[0].when", "expected an object");
	refused(ROW("\"exit\", \"when\": {\"equals\": 1}"), "events[0].when.field", "the name");
	refused(ROW("\"exit\", \"when\": {\"field\": \"a\"}"), "events[0].when", "one of");
	refused(ROW("\"exit\", \"when\": {\"field\": \"a\", \"equals\": 1, \"differs\": 2}"),
		"events[0].when", "one of");
	refused(ROW("\"exit\", \"when\": {\"field\": \"a\", \"equals\": \"x\"}"),
		"events[0].when.equals", "an integer or");
	refused(ROW("\"exit\", \"when\": {\"field\": \"a\", \"equal\": 1}"), "events[0].when",
		"did you mean \"equals\"?");
}

/* ---- what loaded profiles do to records ---- */

static const struct stlb_field fields[] = {
	{"vpn", 0, 8, STLB_FIELD_UNSIGNED},
	{"mm", 8, 8, STLB_FIELD_UNSIGNED},
	{"err", 16, 4, STLB_FIELD_SIGNED},
	{"buf", 20, 12, STLB_FIELD_STRING},
};

static const struct stlb_format format = {"g", "e", 0, 4, fields, false};

struct data {
	uint64_t vpn, mm;
	int32_t err;
	char buf[12];
} data = {0x12345, 0xffff888000001000, -3, "one mark\n"};

static struct stlb_record record = {.format = &format, .data = &data, .size = sizeof(data)};

Test(profile, computed_values_and_constants)
{
	struct stlb_profile *profile = loaded(ROW(
		"\"dev_fill\", \"level\": \"pud\", \"same_content\": true, \"fields\": {\"mm\": "
		"\"nothing|mm\", \"addr\": {\"field\": \"vpn\", \"mask\": \"0xffff\", "
		"\"shift\": 12, \"add\": 8}, \"pfn\": {\"field\": \"vpn\", \"shift\": -4}}, "
		"\"constants\": {\"dev\": \"0x10\", \"ret\": -1}"));
	struct stlb_decoder *decoder = stlb_decoder_new(&profile, 1);
	struct stlb_event event;

	cr_assert(stlb_decoder_wants(decoder, &format));
	cr_assert(stlb_decode(decoder, &record, &event));
	cr_expect_eq(event.kind, STLB_DEV_FILL);
	cr_expect_eq(event.level, STLB_LEVEL_PUD);
	cr_expect_eq(event.same_content, 1);
	cr_expect_eq(stlb_event_get(&event, MM), data.mm);
	cr_expect_eq(stlb_event_get(&event, ADDR), 0x2345008);
	cr_expect_eq(stlb_event_get(&event, PFN), 0x1234);
	cr_expect_eq(stlb_event_or(&event, DEV, 0), 0x10);
	cr_expect_eq(stlb_event_or(&event, RET, 0), UINT64_MAX);
	stlb_decoder_free(decoder);
	stlb_profile_free(profile);
}

Test(profile, conditions)
{
	struct stlb_profile *equals =
		loaded(ROW("\"exit\", \"when\": {\"field\": \"err\", \"equals\": -3}"));
	struct stlb_profile *differs =
		loaded(ROW("\"exit\", \"when\": {\"field\": \"err\", \"differs\": -3}"));
	struct stlb_decoder *first = stlb_decoder_new(&equals, 1);
	struct stlb_decoder *second = stlb_decoder_new(&differs, 1);
	struct stlb_event event;

	cr_assert(stlb_decoder_wants(first, &format));
	cr_assert(stlb_decoder_wants(second, &format));
	cr_expect(stlb_decode(first, &record, &event));
	cr_expect_not(stlb_decode(second, &record, &event));
	stlb_decoder_free(first);
	stlb_decoder_free(second);
	stlb_profile_free(equals);
	stlb_profile_free(differs);
}

Test(profile, marks_of_the_user)
{
	static const struct stlb_format numbers = {"g", "e", 1, 3, fields, false};
	struct stlb_profile *profile = loaded(ROW("\"phase\", \"fields\": {\"text\": \"buf\"}"));
	struct stlb_decoder *decoder = stlb_decoder_new(&profile, 1);
	struct stlb_event event;

	cr_assert(stlb_decoder_wants(decoder, &format));
	cr_assert(stlb_decode(decoder, &record, &event));
	cr_expect_str_eq(event.text, "one mark");
	cr_expect_not(stlb_decoder_wants(decoder, &numbers));
	stlb_decoder_free(decoder);
	stlb_profile_free(profile);
}

Test(profile, come_before_the_builtin_one_in_their_order)
{
	static const struct stlb_format mmfree = {"staletlb", "mmfree", 0, 4, fields, false};
	static const struct stlb_format other = {"other", "mmfree", 1, 4, fields, false};
	struct stlb_profile *profiles[2] = {
		loaded(EVENTS(
			"{\"system\": \"other\", \"event\": \"mmfree\", \"kind\": \"exit\"}")),
		loaded(EVENTS("{\"event\": \"mmfree\", \"kind\": \"none\"}")),
	};
	struct stlb_decoder *decoder = stlb_decoder_new(profiles, 2);

	cr_expect(stlb_decoder_wants(decoder, &other));
	cr_expect_not(stlb_decoder_wants(decoder, &mmfree));
	cr_expect(made_same_kinds(*stlb_decoder_kinds(decoder), MADE_KINDS(STLB_EXIT)));
	stlb_decoder_free(decoder);
	decoder = stlb_decoder_new(profiles, 1);
	cr_expect(stlb_decoder_wants(decoder, &mmfree));
	stlb_decoder_free(decoder);
	stlb_profile_free(profiles[0]);
	stlb_profile_free(profiles[1]);
}

Test(profile, an_event_in_several_groups)
{
	struct stlb_profile *profile = loaded(
		EVENTS("{\"system\": \"a\", \"event\": \"e\", \"kind\": \"none\"}, "
		       "{\"system\": \"g\", \"event\": \"e\", \"kind\": \"exit\"}, "
		       "{\"event\": \"e\", \"kind\": \"fork\", \"constants\": {\"next\": 1}}"));
	struct stlb_decoder *decoder = stlb_decoder_new(&profile, 1);

	cr_expect(stlb_decoder_wants(decoder, &format));
	cr_expect(made_same_kinds(*stlb_decoder_kinds(decoder), MADE_KINDS(STLB_EXIT)));
	stlb_decoder_free(decoder);
	stlb_profile_free(profile);
}
