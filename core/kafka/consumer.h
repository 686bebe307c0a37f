// A consumer as part of an input: says on a loop when there may be messages, and gives them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/kafka/client.h"
#include "core/kafka/error.h"
#include "core/kafka/in_message.h"
#include "core/loop/loop.h"

struct rd_kafka_s;
struct rd_kafka_queue_s;
struct rd_kafka_message_s;

namespace andon::kafka {

// Made on any thread, used on its loop's, destroyed on any: that leaves the group and may take
// seconds.
class Consumer {
 public:
  // Called from Poll and Attach's loop.
  class Listener {
   public:
    virtual void OnMessage(const InMessage& message) = 0;
    virtual void OnError(const Error& error, std::string_view subject) = 0;
    virtual void OnStatistics(std::string_view json) = 0;

   protected:
    ~Listener() = default;
  };
  static Result<std::shared_ptr<Consumer>> Make(const Client::Wishes& wishes);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // These partitions too. Not together with Subscribe.
  Error Add(const std::vector<PartitionOffset>& partitions);
  // Topics (a pattern begins with ^) as a member of the group.
  Error Subscribe(const std::vector<std::string>& topics);

  // `ready` is called when it is worth to Poll. Thread: the loop's.
  Status Attach(Loop& loop, Listener& listener, UniqueFunction<void()> ready);
  void Detach();
  // Calls ready or not.
  void Pause(bool paused);
  // Gives up to `most` messages to the listener; how many. Never blocks.
  size_t Poll(size_t most);

  // What may be committed for the group: `offset` is the next one to read.
  void Store(const std::vector<PartitionOffset>& done);

  const std::string& id() const { return id_; }

  // Blocking calls.
  std::string ClusterId(int timeout_ms) const;
  struct Partitions {
    Error error;
    std::vector<int32_t> ids;
  };
  Partitions PartitionsOf(const std::string& topic, int timeout_ms) const;
  // The offset behind the last message; negative when nobody says it.
  int64_t EndOf(const std::string& topic, int32_t partition, int timeout_ms) const;

 private:
  explicit Consumer(std::string id) : id_(std::move(id)) {}
  Status Open(const Client::Wishes& wishes);
  void Ready();
  void Wake() const;
  void Give(const rd_kafka_message_s& message);

  friend struct ConsumerCallbacks;

  const std::string id_;
  rd_kafka_s* handle_ = nullptr;
  rd_kafka_queue_s* queue_ = nullptr;
  int wake_fd_ = -1;
  bool paused_ = false;
  bool subscribed_ = false;
  std::unique_ptr<Watch> watch_;
  Listener* listener_ = nullptr;
  UniqueFunction<void()> ready_;
};

}  // namespace andon::kafka
