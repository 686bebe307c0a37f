#include "core/kafka/topic_admin.h"

#include <array>
#include <charconv>
#include <memory>

#include "core/kafka/handle.h"

namespace andon::kafka {

namespace {

constexpr size_t kErrorBytes = 512;

Error Made(int code, const char* text = nullptr) {
  Error error{.code = code, .verdict = VerdictOf(code)};
  error.text = text != nullptr ? text : std::string(ErrorText(code));
  return error;
}

// The answer to an admin request that was put on a queue of its own.
EventPtr Await(const QueuePtr& queue, int timeout_ms) {
  return EventPtr(rd_kafka_queue_poll(queue.get(), timeout_ms));
}

using AdminOptionsPtr = std::unique_ptr<rd_kafka_AdminOptions_t, Free>;

AdminOptionsPtr Options(const Client& client, rd_kafka_admin_op_t operation, int timeout_ms) {
  AdminOptionsPtr options(rd_kafka_AdminOptions_new(client.handle(), operation));
  std::array<char, kErrorBytes> why{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, why.data(), why.size());
  return options;
}

}  // namespace

TopicInfo DescribeTopic(const Client& client, const std::string& name, int timeout_ms) {
  const TopicPtr topic(rd_kafka_topic_new(client.handle(), name.c_str(), nullptr));
  if (topic == nullptr) return {.error = Made(rd_kafka_last_error())};
  const rd_kafka_metadata_t* found = nullptr;
  const int code = rd_kafka_metadata(client.handle(), 0, topic.get(), &found, timeout_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return {.error = Made(code)};
  const MetadataPtr metadata(found);
  if (metadata->topic_cnt != 1) return {.error = Made(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)};
  const rd_kafka_metadata_topic_t& about = metadata->topics[0];
  if (about.err != RD_KAFKA_RESP_ERR_NO_ERROR) return {.error = Made(about.err)};
  return {.error = {}, .partitions = about.partition_cnt};
}

Error CreateTopic(const Client& client, const NewTopic& topic, int timeout_ms) {
  std::array<char, kErrorBytes> why{};
  const std::unique_ptr<rd_kafka_NewTopic_t, Free> made(rd_kafka_NewTopic_new(
      topic.name.c_str(), topic.partitions, topic.replication, why.data(), why.size()));
  if (made == nullptr) return Made(RD_KAFKA_RESP_ERR__INVALID_ARG, why.data());
  for (const auto& [name, value] : topic.configs) {
    rd_kafka_NewTopic_set_config(made.get(), name.c_str(), value.c_str());
  }
  const AdminOptionsPtr options = Options(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout_ms);
  const QueuePtr queue(rd_kafka_queue_new(client.handle()));
  std::array<rd_kafka_NewTopic_t*, 1> topics{made.get()};
  rd_kafka_CreateTopics(client.handle(), topics.data(), topics.size(), options.get(), queue.get());
  const EventPtr event = Await(queue, timeout_ms);
  if (event == nullptr) return Made(RD_KAFKA_RESP_ERR__TIMED_OUT);
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Made(code, rd_kafka_event_error_string(event.get()));
  }
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count != 1) return Made(RD_KAFKA_RESP_ERR__FAIL);
  const auto code = rd_kafka_topic_result_error(results[0]);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    return {};
  }
  return Made(code, rd_kafka_topic_result_error_string(results[0]));
}

// Created first: describing would make it as the broker likes, unless we may not create topics.
TopicInfo EnsureTopic(const Client& client, const NewTopic& topic, int timeout_ms) {
  const Error created = CreateTopic(client, topic, timeout_ms);
  if (!created.ok() && created.verdict != Verdict::kNotAllowed) return {.error = created};
  TopicInfo info = DescribeTopic(client, topic.name, timeout_ms);
  if (!created.ok() && info.error.verdict == Verdict::kUnknownTopic) info.error = created;
  return info;
}

TopicConfig DescribeTopicConfig(const Client& client, const std::string& name, int timeout_ms) {
  const std::unique_ptr<rd_kafka_ConfigResource_t, Free> resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  const AdminOptionsPtr options = Options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_ms);
  const QueuePtr queue(rd_kafka_queue_new(client.handle()));
  std::array<rd_kafka_ConfigResource_t*, 1> resources{resource.get()};
  rd_kafka_DescribeConfigs(client.handle(), resources.data(), resources.size(), options.get(),
                           queue.get());
  const EventPtr event = Await(queue, timeout_ms);
  if (event == nullptr) return {.error = Made(RD_KAFKA_RESP_ERR__TIMED_OUT), .values = {}};
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {.error = Made(code, rd_kafka_event_error_string(event.get())), .values = {}};
  }
  size_t count = 0;
  const rd_kafka_ConfigResource_t** found = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return {.error = Made(RD_KAFKA_RESP_ERR__FAIL), .values = {}};
  if (const auto code = rd_kafka_ConfigResource_error(found[0]);
      code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {.error = Made(code, rd_kafka_ConfigResource_error_string(found[0])), .values = {}};
  }
  TopicConfig config;
  size_t entries = 0;
  const rd_kafka_ConfigEntry_t** entry = rd_kafka_ConfigResource_configs(found[0], &entries);
  for (size_t i = 0; i < entries; ++i) {
    const char* const value = rd_kafka_ConfigEntry_value(entry[i]);
    config.values.emplace_back(rd_kafka_ConfigEntry_name(entry[i]), value == nullptr ? "" : value);
  }
  return config;
}

const std::string* TopicConfig::Find(std::string_view name) const {
  for (const auto& [key, value] : values) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<int64_t> TopicConfig::Number(std::string_view name) const {
  const std::string* text = Find(name);
  if (text == nullptr) return std::nullopt;
  int64_t number = 0;
  const auto [end, why] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (why != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

}  // namespace andon::kafka
