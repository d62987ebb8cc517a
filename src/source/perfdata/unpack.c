/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The records that perf record -z has packed with zstd: one stream through all of a file. */
#include <errno.h>
#include <stdlib.h>
#include <zstd.h>

#include "source/perfdata/perf_state.h"

enum {
	PIECE = 128 * 1024,
	DEFAULT_MAX = 16 * 1024 * 1024,
	MAX_WINDOW_LOG = 27,
	MAX_RATIO =
		256, /* of a whole recording: samples hold times, and so become a tenth at best */
};

struct stlb_perf_unpack {
	ZSTD_DStream *zstd;
	char piece[PIECE];
};

static int begin(struct stlb_perfdata *perf)
{
	perf->unpack = malloc(sizeof(*perf->unpack));
	if (!perf->unpack)
		return -ENOMEM;
	perf->unpack->zstd = ZSTD_createDStream();
	if (!perf->unpack->zstd ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(perf->unpack->zstd, ZSTD_d_windowLogMax,
						MAX_WINDOW_LOG))) {
		stlb_perf_unpack_end(perf);
		return -ENOMEM;
	}
	return 0;
}

int stlb_perf_unpack(struct stlb_perfdata *perf, const uint8_t *data, size_t size)
{
	uint64_t room = perf->unpack_max ? perf->unpack_max : DEFAULT_MAX;
	ZSTD_inBuffer in = {data, size, 0};
	ZSTD_outBuffer out;
	int ret = perf->unpack ? 0 : begin(perf);

	perf->packed += size;

	if (!ret && !perf->unpacked)
		perf->unpacked = STLB_PERF_SPOOL + perf->bytes.spool.size;
	do {
		if (ret)
			return ret;
		out = (ZSTD_outBuffer){perf->unpack->piece, PIECE, 0};
		if (ZSTD_isError(ZSTD_decompressStream(perf->unpack->zstd, &out, &in)))
			return -EBADMSG;
		if (out.pos > room ||
		    perf->bytes.spool.size + out.pos > DEFAULT_MAX + MAX_RATIO * perf->packed)
			return -E2BIG;
		room -= out.pos;
		ret = stlb_perf_bytes_spool(&perf->bytes, out.dst, out.pos);
	} while (in.pos < in.size || out.pos == out.size);
	return ret;
}

void stlb_perf_unpack_end(struct stlb_perfdata *perf)
{
	if (perf->unpack)
		ZSTD_freeDStream(perf->unpack->zstd);
	free(perf->unpack);
	perf->unpack = NULL;
}
