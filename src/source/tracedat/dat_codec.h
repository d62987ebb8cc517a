/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sections and the CPU data of a version 7 file are compressed with. */
#ifndef SOURCE_TRACEDAT_DAT_CODEC_H
#define SOURCE_TRACEDAT_DAT_CODEC_H

#include <stddef.h>

struct stlb_dat_codec;

/** stlb_dat_codec_new - by the name in the file, "zstd" or "zlib"; 0, -EOPNOTSUPP, -ENOMEM */
int stlb_dat_codec_new(const char *name, struct stlb_dat_codec **codec);

/**
 * stlb_dat_codec_decompress - one chunk
 * @size: what the chunk says it holds; never is more written to @to
 *
 * Returns 0, or -EINVAL where the chunk is damaged or holds another number of bytes.
 */
int stlb_dat_codec_decompress(struct stlb_dat_codec *codec, void *to, size_t size, const void *from,
			      size_t from_size);

/** stlb_dat_codec_free - NULL is fine */
void stlb_dat_codec_free(struct stlb_dat_codec *codec);

#endif
