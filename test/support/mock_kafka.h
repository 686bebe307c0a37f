// librdkafka's mock cluster: brokers in this process, whose errors a test chooses. It knows no
// control messages: what was aborted stays readable.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace andon {

class MockKafka {
 public:
  // Request kinds, as the protocol numbers them.
  static constexpr int16_t kProduce = 0;
  static constexpr int16_t kListOffsets = 2;
  static constexpr int16_t kInitProducerId = 22;
  static constexpr int16_t kEndTransaction = 26;

  explicit MockKafka(int brokers = 1) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    std::array<char, 256> why{};
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
    cluster_ = rd_kafka_mock_cluster_new(handle_, brokers);
  }
  ~MockKafka() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(handle_);
  }
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void CreateTopic(const std::string& name, int partitions = 1) {
    rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1);
  }
  void SetTopicError(const std::string& name, rd_kafka_resp_err_t error) {
    rd_kafka_mock_topic_set_error(cluster_, name.c_str(), error);
  }
  // The next requests of this kind are answered so.
  void Fail(int16_t request, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, request, errors.size(), errors.data());
  }
  void SetDown(bool down) {
    if (down) {
      rd_kafka_mock_broker_set_down(cluster_, 1);
    } else {
      rd_kafka_mock_broker_set_up(cluster_, 1);
    }
  }

  // Writes messages to a topic, all with one key.
  void Write(const std::string& topic, const std::vector<std::string>& values,
             int32_t partition = 0, const std::string& key = "k") const {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    std::array<char, 256> why{};
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers().c_str(), why.data(), why.size());
    rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
    std::array<rd_kafka_vu_t, 6> fields{};
    fields[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    fields[0].u.cstr = topic.c_str();
    fields[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    fields[1].u.i32 = partition;
    fields[2].vtype = RD_KAFKA_VTYPE_KEY;
    fields[2].u.mem = {const_cast<char*>(key.data()), key.size()};
    fields[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    fields[3].u.i = RD_KAFKA_MSG_F_COPY;
    fields[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    fields[4].u.i64 = 1'700'000'000'123;
    fields[5].vtype = RD_KAFKA_VTYPE_VALUE;
    for (const std::string& value : values) {
      fields[5].u.mem = {const_cast<char*>(value.data()), value.size()};
      rd_kafka_error_destroy(rd_kafka_produceva(producer, fields.data(), fields.size()));
    }
    rd_kafka_flush(producer, 10'000);
    rd_kafka_destroy(producer);
  }

  struct Message {
    int32_t partition = 0;
    std::string key;
    bool has_key = false;
    std::string value;
    int64_t timestamp_ms = 0;
    std::map<std::string, std::string> headers;
  };
  // Everything that is in the topic's partitions now.
  std::vector<Message> Read(const std::string& topic, int partitions = 1) const {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    std::array<char, 256> why{};
    for (const auto& [name, value] :
         std::map<std::string, std::string>{{"bootstrap.servers", brokers()},
                                            {"group.id", "test"},
                                            {"enable.partition.eof", "true"},
                                            {"auto.offset.reset", "earliest"},
                                            {"fetch.wait.max.ms", "10"}}) {
      rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size());
    }
    rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why.data(), why.size());
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; ++i) {
      rd_kafka_topic_partition_list_add(list, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    }
    rd_kafka_assign(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    std::vector<Message> messages;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (int ends = 0; ends < partitions && std::chrono::steady_clock::now() < deadline;) {
      rd_kafka_message_t* one = rd_kafka_consumer_poll(consumer, 100);
      if (one == nullptr) continue;
      if (one->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ends;
      if (one->err == RD_KAFKA_RESP_ERR_NO_ERROR) messages.push_back(Take(*one));
      rd_kafka_message_destroy(one);
    }
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return messages;
  }

 private:
  static Message Take(const rd_kafka_message_t& from) {
    Message to{.partition = from.partition};
    to.has_key = from.key != nullptr;
    to.key.assign(static_cast<const char*>(from.key), from.key_len);
    to.value.assign(static_cast<const char*>(from.payload), from.len);
    to.timestamp_ms = rd_kafka_message_timestamp(&from, nullptr);
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&from, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return to;
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      to.headers[name].assign(static_cast<const char*>(value), size);
    }
    return to;
  }

  rd_kafka_t* handle_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

}  // namespace andon
