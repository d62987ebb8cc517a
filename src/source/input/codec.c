/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/input/codec.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* The largest window that `zstd -d` accepts unasked: more is a file made to eat memory. */
#define ZSTD_WINDOW_LOG 27

struct stlb_codec {
	const char *name;
	int (*step)(struct stlb_codec *codec, struct stlb_codec_io *io);
	z_stream gzip;
	ZSTD_DStream *zstd;
	bool at_rest;  /* between two members or frames */
	bool past_one; /* one was complete: what follows may also be padding */
	bool trailing; /* something follows that is neither a member nor padding */
};

static uInt clamp_uint(size_t size)
{
	return size > UINT_MAX ? UINT_MAX : (uInt)size;
}

static int gzip_step(struct stlb_codec *codec, struct stlb_codec_io *io)
{
	z_stream *z = &codec->gzip;
	uInt in = clamp_uint(io->in_left), out = clamp_uint(io->out_left);
	int ret;

	if (codec->at_rest && inflateReset(z) != Z_OK)
		return -EBADMSG;
	z->next_in = (Bytef *)io->in;
	z->avail_in = in;
	z->next_out = io->out;
	z->avail_out = out;
	ret = inflate(z, Z_NO_FLUSH);
	io->in += in - z->avail_in;
	io->in_left -= in - z->avail_in;
	io->out += out - z->avail_out;
	io->out_left -= out - z->avail_out;
	codec->at_rest = ret == Z_STREAM_END;
	return ret == Z_OK || ret == Z_STREAM_END || ret == Z_BUF_ERROR ? 0 : -EBADMSG;
}

static int zstd_step(struct stlb_codec *codec, struct stlb_codec_io *io)
{
	ZSTD_inBuffer in = {io->in, io->in_left, 0};
	ZSTD_outBuffer out = {io->out, io->out_left, 0};
	size_t ret = ZSTD_decompressStream(codec->zstd, &out, &in);

	io->in += in.pos;
	io->in_left -= in.pos;
	io->out += out.pos;
	io->out_left -= out.pos;
	codec->at_rest = ret == 0;
	return ZSTD_isError(ret) ? -EBADMSG : 0;
}

static bool is_gzip(const uint8_t *head, size_t size)
{
	return size >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8;
}

static bool is_zstd(const uint8_t *head, size_t size)
{
	static const uint8_t frame[] = {0x28, 0xb5, 0x2f, 0xfd};
	static const uint8_t skippable[] = {0x2a, 0x4d, 0x18};

	if (size < 4)
		return false;
	return !memcmp(head, frame, 4) ||
	       ((head[0] & 0xf0) == 0x50 && !memcmp(head + 1, skippable, 3));
}

static bool codec_init(struct stlb_codec *codec, bool gzip)
{
	codec->at_rest = true;
	if (gzip) {
		codec->name = "gzip";
		codec->step = gzip_step;
		return inflateInit2(&codec->gzip, 15 + 16) == Z_OK;
	}
	codec->name = "zstd";
	codec->step = zstd_step;
	codec->zstd = ZSTD_createDStream();
	return codec->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(codec->zstd, ZSTD_d_windowLogMax,
								   ZSTD_WINDOW_LOG));
}

int stlb_codec_new(const void *head, size_t size, struct stlb_codec **codec)
{
	bool gzip = is_gzip(head, size);

	*codec = NULL;
	if (!gzip && !is_zstd(head, size))
		return 0;
	*codec = calloc(1, sizeof(**codec));
	if (!*codec)
		return -ENOMEM;
	if (codec_init(*codec, gzip))
		return 0;
	stlb_codec_free(*codec);
	*codec = NULL;
	return -ENOMEM;
}

const char *stlb_codec_name(const struct stlb_codec *codec)
{
	return codec ? codec->name : NULL;
}

/* Tapes and some copiers pad with zeros; anything else after the last member is reported as cut. */
static void skip_padding(struct stlb_codec *codec, struct stlb_codec_io *io)
{
	uint8_t first = codec->zstd ? 0x28 : 0x1f;

	while (io->in_left && !*io->in) {
		io->in++;
		io->in_left--;
	}
	if (!io->in_left || *io->in == first || (codec->zstd && (*io->in & 0xf0) == 0x50))
		return;
	codec->trailing = true;
}

int stlb_codec_step(struct stlb_codec *codec, struct stlb_codec_io *io)
{
	bool was_at_rest = codec->at_rest;
	int ret = 0;

	if (was_at_rest && codec->past_one)
		skip_padding(codec, io);
	if (codec->trailing)
		io->in_left = 0;
	if (was_at_rest && !io->in_left)
		return 0;
	ret = codec->step(codec, io);
	codec->past_one |= codec->at_rest;
	return ret;
}

bool stlb_codec_whole(const struct stlb_codec *codec)
{
	return codec->at_rest && !codec->trailing;
}

void stlb_codec_free(struct stlb_codec *codec)
{
	if (!codec)
		return;
	inflateEnd(&codec->gzip);
	ZSTD_freeDStream(codec->zstd);
	free(codec);
}
