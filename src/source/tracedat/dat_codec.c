/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/tracedat/dat_codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

struct stlb_dat_codec {
	ZSTD_DCtx *zstd; /* NULL: zlib */
};

int stlb_dat_codec_new(const char *name, struct stlb_dat_codec **codec)
{
	struct stlb_dat_codec *made;

	*codec = NULL;
	if (strcmp(name, "zstd") && strcmp(name, "zlib"))
		return -EOPNOTSUPP;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	if (!strcmp(name, "zstd") && !(made->zstd = ZSTD_createDCtx())) {
		free(made);
		return -ENOMEM;
	}
	*codec = made;
	return 0;
}

int stlb_dat_codec_decompress(struct stlb_dat_codec *codec, void *to, size_t size, const void *from,
			      size_t from_size)
{
	uLongf zlib_size = size;
	size_t ret;

	if (codec->zstd) {
		ret = ZSTD_decompressDCtx(codec->zstd, to, size, from, from_size);
		return ret == size ? 0 : -EINVAL;
	}
	if (uncompress(to, &zlib_size, from, from_size) != Z_OK)
		return -EINVAL;
	return zlib_size == size ? 0 : -EINVAL;
}

void stlb_dat_codec_free(struct stlb_dat_codec *codec)
{
	if (!codec)
		return;
	ZSTD_freeDCtx(codec->zstd);
	free(codec);
}
