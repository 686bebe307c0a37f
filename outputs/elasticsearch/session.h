// Requests to the cluster: the address, the credentials and the headers go with each.
#pragma once

#include <memory>
#include <string>

#include "core/base/unique_function.h"
#include "core/http/client.h"
#include "core/plugin/context.h"
#include "outputs/elasticsearch/elasticsearch_config.h"
#include "outputs/elasticsearch/node_pool.h"

namespace andon::elasticsearch {

struct Ask {
  std::string method = "GET";
  std::string path;  // "/_bulk?..."
  Bytes body;        // Borrowed until `taken` or the answer.
  std::string_view type = "application/json";
  Encoding encoding = Encoding::kNone;
  UniqueFunction<void()> taken;  // As in http::Request.
};

struct Answered {
  http::Response response;
  std::string node;  // Its URL.
  Duration took;

  bool ok() const { return response.status.ok() && response.code >= 200 && response.code < 300; }
  // What went wrong, with the node in front and what to do behind.
  std::string Explain() const;
};

// Outlives its calls. Thread: output.
class Session {
 public:
  // Both outlive the session.
  Session(const ElasticsearchConfig& config, const PluginContext& context);

  // To the next node, or to the one with this number. Which nodes are down is learned from the
  // answers.
  std::unique_ptr<http::Call> Send(Ask ask, UniqueFunction<void(Answered)> done);
  std::unique_ptr<http::Call> SendTo(size_t node, Ask ask, UniqueFunction<void(Answered)> done);

 private:
  std::unique_ptr<http::Call> SendTo(Node& node, Ask ask, UniqueFunction<void(Answered)> done);

  const ElasticsearchConfig& config_;
  Loop& loop_;
  http::Client client_;
  NodePool nodes_;
};

}  // namespace andon::elasticsearch
