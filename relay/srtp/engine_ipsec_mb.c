/* SPDX-License-Identifier: BSD-3-Clause */
// engine_ipsec_mb.c - the SRTP engine on libipsec-mb, for x86-64 with AVX2 or better.
#include <pthread.h>

#include "srtp/ipsec_mb.h"

IMB_MGR *ipsec_mb_shared;

IMB_MGR *
ipsec_mb_manager(void)
{
	static _Thread_local IMB_MGR *manager;
	if (!manager) {
		manager = alloc_mb_mgr(0);
		if (manager)
			init_mb_mgr_auto(manager, NULL);
	}
	return manager;
}

static uint32_t
context_roc(const struct srtp_context *context)
{
	return (uint32_t)(context->rtp.highest >> 16);
}

static const struct srtp_engine engine = {
	.name = "ipsec-mb",
	.context_create = ipsec_mb_context_create,
	.context_destroy = ipsec_mb_context_destroy,
	.context_bytes = ipsec_mb_context_bytes,
	.context_roc = context_roc,
	.verify_rtp = ipsec_mb_verify_rtp,
	.unprotect_rtp = ipsec_mb_unprotect_rtp,
	.unprotect_rtcp = ipsec_mb_unprotect_rtcp,
	.protect_rtp = ipsec_mb_protect_rtp,
	.protect_rtcp = ipsec_mb_protect_rtcp,
};

static pthread_once_t start_once = PTHREAD_ONCE_INIT;

static void
start_library(void)
{
	IMB_MGR *manager = alloc_mb_mgr(0);
	if (!manager)
		return;
	init_mb_mgr_auto(manager, NULL);
	if (imb_get_errno(manager) != 0 || !(manager->features & IMB_FEATURE_AVX2)) {
		free_mb_mgr(manager);
		return;
	}
	ipsec_mb_shared = manager;
	ipsec_mb_context_start();
}

const struct srtp_engine *
srtp_engine_ipsec_mb(void)
{
	pthread_once(&start_once, start_library);
	return ipsec_mb_shared ? &engine : NULL;
}
