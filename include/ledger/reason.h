/* SPDX-License-Identifier: BSD-3-Clause */
// reason.h - why a lesson's verdict is what it is, or what befell the ledger: parts that a row
// keeps, and words made of them.
//
// A row's reason is text that also the sqlite3 program shows well: parts of the form code(a|b),
// separated by "; ": "absent(应坑小学|5); relay_down(09:25|09:31)". What a person wrote is no such
// list, and is told as it is.
#ifndef LEDGER_REASON_H
#define LEDGER_REASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REASON_BYTES 1024 // of a row's reason, and of its words, with the terminator

// code, English, Chinese. {0} and {1} are its arguments: names, minutes, times of the county's day.
#define REASON_PARTS(PART)                                                                         \
	PART(live, "{0} of {1} minutes live", "有效互动{0}分钟，计划{1}分钟")                      \
	PART(absent, "{0} was absent for {1} min", "{0}缺席{1}分钟")                               \
	PART(no_audio, "no sufficient audio came from {0} for {1} min", "{0}有{1}分钟声音不足")    \
	PART(relay_down, "the relay was down from {0} to {1}", "服务器{0}至{1}停机")               \
	PART(opened_late, "it was opened late, at {0}", "{0}才开课")                               \
	PART(ended, "ended by an operator at {0}", "管理员于{0}结束")                              \
	PART(superseded, "the next lesson began at {0}", "下一节课于{0}开始")                      \
	PART(cut, "an operator let it end {0} min early", "管理员提前{0}分钟下课")                 \
	PART(extended, "an operator let it run {0} min longer", "管理员延长{0}分钟")               \
	PART(joined, "{0} joined at {1}", "{0}于{1}加入")                                          \
	PART(left, "{0} was taken out at {1}", "{0}于{1}退出")                                     \
	PART(led, "{0} led from {1}", "{1}起由{0}主讲")                                            \
	PART(exception, "cancelled by a one-day change", "临时停课")                               \
	PART(lead_off, "{0}, which leads, had no lessons that day", "主讲学校{0}当日停课")         \
	PART(assisted_off, "{0} had no lessons that day", "{0}当日停课")                           \
	PART(no_period, "that day's bells have no such period", "当日作息表无此节次")              \
	PART(never_opened, "it was never opened", "未开课")                                        \
	PART(disk_full, "the disk was full", "磁盘已满")                                           \
	PART(read_only, "the disk could not be written to", "磁盘不可写")                          \
	PART(busy, "another program held the database", "数据库被其他程序占用")                    \
	PART(io_error, "the disk failed: {0}", "磁盘故障：{0}")                                    \
	PART(memory, "memory was lacking", "内存不足")                                             \
	PART(gone, "the database file was deleted or replaced", "数据库文件被删除或替换")          \
	PART(broken, "the database was damaged, kept as {0}: {1}", "数据库损坏，另存为{0}：{1}")   \
	PART(behind, "rows are missing: there was entry {0}, minute row {1}",                      \
		"末尾缺少数据：原有记录至{0}，分钟数据至{1}")                                      \
	PART(rewritten,                                                                            \
		"up to entry {0} or minute row {1} rows were altered while the relay was down",    \
		"停机期间，记录{0}或分钟数据{1}以前的数据被改动")                                  \
	PART(foreign, "another program added rows after entry {0}, minute row {1}",                \
		"其他程序在记录{0}、分钟数据{1}之后写入了数据")                                    \
	PART(restored, "restored from {0}, as it was before it is kept as {1}",                    \
		"已从{0}恢复，原数据库另存为{1}")                                                  \
	PART(only_there, "rows after entry {0}, minute row {1} are only there",                    \
		"记录{0}、分钟数据{1}之后的数据仅存于该文件")                                      \
	PART(rows_kept, "{0} minute rows waited in memory, {1} were dropped",                      \
		"{0}条分钟数据暂存于内存，丢弃{1}条")                                              \
	PART(pruned, "{0} minute rows older than {1} days were removed",                           \
		"已删除超过{1}天的{0}条分钟数据")

enum reason_code {
#define REASON_CODE(code, english, chinese) REASON_##code,
	REASON_PARTS(REASON_CODE)
#undef REASON_CODE
		REASON_CODE_COUNT,
};

// A reason that grows part by part; what no longer fits is left out as a whole.
struct reason {
	char text[REASON_BYTES];
	size_t bytes;
};

// Arguments are copied; NULL: the part has none there. What would end an argument ("|", ")", ";")
// is replaced by its full-width form.
void reason_add(
	struct reason *reason, enum reason_code code, const char *first, const char *second);
void reason_add_count(
	struct reason *reason, enum reason_code code, const char *first, uint32_t count);

// The parts of another reason, behind its own.
void reason_append(struct reason *reason, const struct reason *more);

// The words of a row's reason. What is not made of known parts comes out as it is.
void reason_words(const char *text, bool is_chinese, char words[REASON_BYTES]);

#endif
