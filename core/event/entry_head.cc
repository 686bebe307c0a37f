#include "core/event/entry_head.h"

#include <bit>
#include <cmath>
#include <optional>

#include "core/base/bytes.h"
#include "core/event/msgpack_format.h"
#include "core/event/msgpack_walk.h"
#include "core/event/value_view.h"

namespace andon {
namespace {

constexpr const char* kNotArray = "entry is not an array of time and record";
constexpr const char* kNoTime = "time is neither an event time nor a number";
constexpr const char* kTimeRange = "time is not between 1970 and 2106 in seconds";
constexpr const char* kNoMetadata = "metadata beside the time is not a map";
constexpr const char* kNoRecord = "record is not a map";

constexpr uint64_t kEndOfTime = uint64_t{1} << 32;
constexpr uint32_t kSecond = 1'000'000'000;

const char* SetSeconds(uint64_t seconds, uint64_t nanoseconds, EventTime& time) {
  seconds += nanoseconds / kSecond;
  if (seconds >= kEndOfTime) return kTimeRange;
  time = {static_cast<uint32_t>(seconds), static_cast<uint32_t>(nanoseconds % kSecond)};
  return nullptr;
}

const char* SetFloat(double seconds, EventTime& time) {
  if (!(seconds >= 0 && seconds < static_cast<double>(kEndOfTime))) return kTimeRange;
  const double whole = std::floor(seconds);
  return SetSeconds(static_cast<uint64_t>(whole),
                    static_cast<uint64_t>(std::llround((seconds - whole) * kSecond)), time);
}

const char* ReadTime(const std::byte* value, EventTime& time) {
  const ValueView view(Bytes(value, ValueSize(value)));
  switch (view.type()) {
    case ValueType::kUint:
      return SetSeconds(*view.AsUint(), 0, time);
    case ValueType::kInt:
      return kTimeRange;
    case ValueType::kFloat:
      return SetFloat(*view.AsFloat(), time);
    default:
      break;
  }
  const std::optional<EventTime> event_time = view.AsEventTime();
  if (!event_time) return kNoTime;
  return SetSeconds(event_time->seconds, event_time->nanoseconds, time);
}

bool IsArrayOfTwo(const std::byte* value) {
  return msgpack::kHeads[msgpack::FirstByte(value)].shape == msgpack::Shape::kArray &&
         msgpack::CountAt(value) >= 2;
}

EntryHead Refused(const char* why) {
  EntryHead head;
  head.error = why;
  return head;
}

}  // namespace

EntryHead ReadEntryHead(const std::byte* value) {
  // More than two elements: what follows is ignored, as fluentd does.
  if (!IsArrayOfTwo(value)) return Refused(kNotArray);
  EntryHead head;
  const std::byte* const first = msgpack::ElementsAt(value);
  const std::byte* time = first;
  if (msgpack::kHeads[msgpack::FirstByte(first)].shape == msgpack::Shape::kArray) {
    if (!IsArrayOfTwo(first)) return Refused(kNoTime);
    time = msgpack::ElementsAt(first);
    head.metadata = time + ValueSize(time);
    if (!msgpack::IsMap(head.metadata)) return Refused(kNoMetadata);
  }
  head.error = ReadTime(time, head.time);
  if (head.error != nullptr) return head;
  head.record = first + ValueSize(first);
  if (!msgpack::IsMap(head.record)) return Refused(kNoRecord);
  return head;
}

}  // namespace andon
