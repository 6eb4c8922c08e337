/* SPDX-License-Identifier: BSD-3-Clause */
// live_words.c - what is wrong with a school's lines, as a sentence in Chinese and English.
#include <stdarg.h>
#include <stdio.h>

#include "control/live.h"

#define SENTENCE_BYTES 320
#define PERCENT 100

static json_t *
sentence(const char *school, const char *zh, const char *en)
{
	char chinese[2 * SENTENCE_BYTES], english[2 * SENTENCE_BYTES];
	snprintf(chinese, sizeof chinese, "%s：%s", school, zh);
	snprintf(english, sizeof english, "%s: %s", school, en);
	return json_pack("{s:s, s:s}", "zh", chinese, "en", english);
}

static void __attribute__((format(printf, 2, 3)))
say(char text[SENTENCE_BYTES], const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, SENTENCE_BYTES, format, arguments);
	va_end(arguments);
}

// Seconds up to two minutes, then minutes.
static void
say_length(char zh[SENTENCE_BYTES], char en[SENTENCE_BYTES], double seconds)
{
	if (seconds < 120) {
		say(zh, "%.0f 秒", seconds);
		say(en, "%.0f s", seconds);
	} else {
		say(zh, "%.0f 分钟", seconds / 60);
		say(en, "%.0f min", seconds / 60);
	}
}

static json_t *
say_absent(const struct live_trouble *trouble)
{
	char zh[SENTENCE_BYTES], en[SENTENCE_BYTES], zh_length[SENTENCE_BYTES],
		en_length[SENTENCE_BYTES];
	if (trouble->absent_s < 0)
		return sentence(trouble->school_name,
			"教室电脑还没有连上中继服务器，请检查是否开机、联网",
			"its classroom PC has not connected: see whether it is switched on and "
			"online");
	say_length(zh_length, en_length, (double)trouble->absent_s);
	say(zh, "教室电脑断开已 %s", zh_length);
	say(en, "its classroom PC is gone for %s", en_length);
	return sentence(trouble->school_name, zh, en);
}

static json_t *
say_silent(const struct live_trouble *trouble, const struct line *line)
{
	char zh[SENTENCE_BYTES], en[SENTENCE_BYTES], zh_length[SENTENCE_BYTES],
		en_length[SENTENCE_BYTES];
	say_length(zh_length, en_length, line->figures.silent_s);
	if (trouble->lines->leg.is_up) {
		say(zh, "已 %s 没有声音和画面", zh_length);
		say(en, "no media for %s", en_length);
	} else {
		say(zh, "已 %s 没有声音和画面，学校网络不通（请放行媒体的 UDP 端口）", zh_length);
		say(en,
			"no media for %s, and no way through its network (let the media's UDP port "
			"pass)",
			en_length);
	}
	return sentence(trouble->school_name, zh, en);
}

static json_t *
say_line(const struct live_trouble *trouble, enum line_direction direction)
{
	const struct line *line = &trouble->lines->lines[direction];
	const struct line_figures *figures = &line->figures;
	const char *zh_line = direction == LINE_UP ? "上行" : "下行";
	const char *en_line = direction == LINE_UP ? "uplink" : "downlink";
	char zh[SENTENCE_BYTES], en[SENTENCE_BYTES];

	// What is wrong now: the steady light's own reason may be over.
	switch (line->seen.reason) {
	case QUALITY_SILENT:
		return say_silent(trouble, line);
	case QUALITY_MISSING_FLOW:
		say(zh, "%s缺 %u 路音视频", zh_line,
			figures->expected_flows - figures->present_flows);
		say(en, "%u of %u streams do not come on its %s",
			figures->expected_flows - figures->present_flows, figures->expected_flows,
			en_line);
		break;
	case QUALITY_LOSS:
		say(zh, "%s丢包 %.1f %%", zh_line, figures->loss_ratio * PERCENT);
		say(en, "its %s loses %.1f %% of the packets", en_line,
			figures->loss_ratio * PERCENT);
		break;
	case QUALITY_JITTER:
		say(zh, "%s抖动 %.0f 毫秒", zh_line, figures->jitter_ms);
		say(en, "its %s jitters by %.0f ms", en_line, figures->jitter_ms);
		break;
	case QUALITY_ROUND_TRIP:
		say(zh, "往返时延 %.0f 毫秒", figures->round_trip_ms);
		say(en, "its round trip takes %.0f ms", figures->round_trip_ms);
		break;
	case QUALITY_FINE:
		say(zh, "%s正在恢复", zh_line);
		say(en, "its %s is recovering", en_line);
		break;
	}
	return sentence(trouble->school_name, zh, en);
}

// The graver of two lights; a line that is bad now goes before one that recovers.
static enum line_direction
graver(const struct line *up, const struct line *down)
{
	bool has_up = up->light.shown.light >= LIGHT_AMBER && !line_is_recovering(up);
	bool has_down = down->light.shown.light >= LIGHT_AMBER && !line_is_recovering(down);
	if (has_up != has_down)
		return has_up ? LINE_UP : LINE_DOWN;
	return up->light.shown.light >= down->light.shown.light ? LINE_UP : LINE_DOWN;
}

json_t *
live_words(const struct live_trouble *trouble)
{
	const struct school_lines *lines = trouble->lines;
	bool has_media = lines && lines->lines[LINE_UP].figures.present_flows > 0;
	// Media outlives the connection: who is seen is not absent.
	if (!trouble->is_connected && !has_media)
		return say_absent(trouble);
	if (!trouble->is_live || !lines)
		return json_null();
	enum line_direction direction = graver(&lines->lines[LINE_UP], &lines->lines[LINE_DOWN]);
	if (lines->lines[direction].light.shown.light < LIGHT_AMBER)
		return json_null();
	return say_line(trouble, direction);
}
