/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decompression of a stream, piece by piece: gzip with several members, zstd with several frames.
 */
#ifndef SOURCE_INPUT_CODEC_H
#define SOURCE_INPUT_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stlb_codec;

/** struct stlb_codec_io - what one step may take and fill; the step moves both on */
struct stlb_codec_io {
	const uint8_t *in;
	size_t in_left;
	uint8_t *out;
	size_t out_left;
};

/**
 * stlb_codec_new - a codec for a stream that begins with these bytes
 * @codec: where the codec goes; NULL for a stream of no known compression
 *
 * Returns 0 or -ENOMEM.
 */
int stlb_codec_new(const void *head, size_t size, struct stlb_codec **codec);

/** stlb_codec_name - "gzip", "zstd", NULL for NULL */
const char *stlb_codec_name(const struct stlb_codec *codec);

/**
 * stlb_codec_step - decompress as far as input and room allow
 *
 * Returns 0, or -EBADMSG for data that cannot be decompressed.
 */
int stlb_codec_step(struct stlb_codec *codec, struct stlb_codec_io *io);

/** stlb_codec_whole - the input so far ends with a member or frame, and nothing odd followed it */
bool stlb_codec_whole(const struct stlb_codec *codec);

/** stlb_codec_free - NULL is fine */
void stlb_codec_free(struct stlb_codec *codec);

#endif
