// The topics that an output has met, and what is known of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/kafka/producer.h"
#include "outputs/kafka/spread.h"

namespace andon::kafka_output {

struct TopicEntry {
  enum class State : uint8_t {
    kNew,       // Nobody has looked.
    kChecking,  // Somebody is looking.
    kReady,
    kMissing,  // It is not there, or not for us.
  };
  // For messages about it.
  std::string subject() const { return "kafka: topic \"" + name + "\""; }

  std::string name;
  State state = State::kNew;
  Status trouble;              // While kMissing.
  bool own_trouble = false;    // It is the topic's, and says nothing of the others.
  MonotonicTime look_again{};  // Kafka may know more of it by then.
  bool refused = false;        // It was seen, but may not be written: missing for a while.
  int32_t partitions = 0;
  Spread spread;                        // Of messages without a key, over them.
  int64_t max_message_bytes = 0;        // Of a batch, once it was asked for; 0: not known.
  std::unique_ptr<kafka::Topic> topic;  // Of the present client; null before the first message.
};

class TopicTable {
 public:
  // Entries stay where they are. Null: there are too many already.
  TopicEntry* Find(std::string_view name);
  // The client is gone: topics are looked at again, unless they were refused just now.
  void ForgetClient();

  // Null, or a literal that says why a topic cannot have this name.
  static const char* WhyNoName(std::string_view name);
  static constexpr size_t kMostTopics = 1000;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, TopicEntry, Hash, std::equal_to<>> entries_;
};

}  // namespace andon::kafka_output
