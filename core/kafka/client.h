// One librdkafka client as part of a plugin: its events reach our loop, its log lines our log, its
// statistics our metrics.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/kafka/client_options.h"
#include "core/kafka/error.h"
#include "core/loop/loop.h"
#include "core/metrics/metrics.h"

struct rd_kafka_s;
struct rd_kafka_queue_s;

namespace andon::kafka {

// Made and destroyed on any thread; destroying waits for librdkafka's threads. Attached to a loop
// it reports there.
class Client {
 public:
  struct Wishes {
    std::string id;  // The plugin's: names its log lines.
    Role role = Role::kProducer;
    Properties properties;
  };
  static Result<std::shared_ptr<Client>> Make(const Wishes& wishes);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  struct Delivery {
    void* opaque;
    int error;  // 0: the broker has it.
  };
  // What a loop hears of its client.
  class Listener {
   public:
    virtual void OnDelivery(const Delivery& delivery) = 0;
    virtual void OnDeliveries() {}  // After some of them.
    // librdkafka's own trouble; fatal: the client must be made anew.
    virtual void OnError(const Error& error) = 0;
    virtual void OnStatistics(std::string_view json) = 0;

   protected:
    ~Listener() = default;
  };
  // Events go to `listener` on this loop until Detach. Thread: the loop's.
  Status Attach(Loop& loop, Listener& listener);
  void Detach();
  // Destroyed after the client: payloads that librdkafka may still look at.
  void Keep(std::shared_ptr<const void> payloads) { kept_.push_back(std::move(payloads)); }
  // Waits until everything that was produced has its report; the first one that failed. For a
  // client that is attached to no loop. Blocks.
  Error FlushUnattached(int timeout_ms);

  // "no broker answers", with what librdkafka complained of while there was nobody to hear it. For
  // a client that is attached to no loop.
  std::string WhyNobodyAnswers() const;

  rd_kafka_s* handle() const { return handle_; }
  const std::string& id() const { return id_; }
  // A line of librdkafka's log. Thread: any.
  void Log(int level, const char* facility, const char* text);
  // Topics that turned out since the last call to be none that we may write in a transaction.
  // Thread: any.
  std::vector<std::string> TakeRefusedTopics();
  // The cluster's id, or empty when nobody says it in time. Blocks.
  std::string ClusterId(int timeout_ms) const;

 private:
  explicit Client(std::string id) : id_(std::move(id)) {}
  Status Open(const Wishes& wishes);
  void Drain();

  const std::string id_;
  std::mutex mutex_;
  std::vector<std::string> refused_topics_;  // Guarded by mutex_.
  std::vector<std::shared_ptr<const void>> kept_;
  rd_kafka_s* handle_ = nullptr;
  rd_kafka_queue_s* queue_ = nullptr;
  int wake_fd_ = -1;
  Loop* loop_ = nullptr;
  std::unique_ptr<Watch> watch_;
  Listener* listener_ = nullptr;
};

}  // namespace andon::kafka
