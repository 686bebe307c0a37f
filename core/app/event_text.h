// Events and times as the command line prints them.
#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/event/entry.h"

namespace andon {

// 2026-11-21T13:12:19.123Z
std::string TimeText(EventTime time);

// {"tag":"log.a","time":"2026-11-21T13:12:19Z","record":{...}} and a line end. With `identity`,
// that in front of it.
void AppendEventLine(std::string_view tag, const EntryView& entry, std::string_view identity,
                     ByteBuffer& out);

// 12 345 678
std::string CountText(uint64_t count);
// Rounded to three digits for people: 64MiB, 1.25GiB.
std::string RoundedSizeText(uint64_t bytes);

}  // namespace andon
