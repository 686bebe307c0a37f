#include "outputs/elasticsearch/session.h"

#include <utility>

#include "outputs/elasticsearch/bulk_answer.h"
#include "outputs/elasticsearch/verdict.h"

namespace andon::elasticsearch {
namespace {

// Answers of a node, or of a proxy in front of it, that cannot work for now.
bool NodeFailed(const http::Response& response) {
  return !response.status.ok() || response.code == 502 || response.code == 503 ||
         response.code == 504;
}

}  // namespace

std::string Answered::Explain() const {
  if (!response.status.ok()) return node + ": " + std::string(response.status.message());
  return node + ": " +
         elasticsearch::Explain(response.code, ParseErrorAnswer(response.body.text()));
}

Session::Session(const ElasticsearchConfig& config, const PluginContext& context)
    : config_(config),
      loop_(context.loop),
      client_(context.loop, config.client),
      nodes_(config.nodes, context.metrics, context.random) {}

std::unique_ptr<http::Call> Session::Send(Ask ask, UniqueFunction<void(Answered)> done) {
  return SendTo(nodes_.Choose(loop_.Now()), std::move(ask), std::move(done));
}

std::unique_ptr<http::Call> Session::SendTo(size_t node, Ask ask,
                                            UniqueFunction<void(Answered)> done) {
  return SendTo(nodes_.node(node), std::move(ask), std::move(done));
}

std::unique_ptr<http::Call> Session::SendTo(Node& node, Ask ask,
                                            UniqueFunction<void(Answered)> done) {
  http::Request request;
  request.method = ask.method;
  request.url = node.url + ask.path;
  request.headers = config_.headers;
  request.body = ask.body;
  request.taken = std::move(ask.taken);
  if (!ask.body.empty()) request.headers.push_back("Content-Type: " + std::string(ask.type));
  if (ask.encoding != Encoding::kNone) {
    request.headers.push_back("Content-Encoding: " + std::string(EncodingName(ask.encoding)));
  }
  return client_.Send(
      std::move(request),
      [this, &node, begun = loop_.Now(), done = std::move(done)](http::Response response) mutable {
        if (NodeFailed(response)) {
          nodes_.Failed(node, loop_.Now());
        } else {
          NodePool::Worked(node);
        }
        done(Answered{std::move(response), node.url, loop_.Now() - begun});
      });
}

}  // namespace andon::elasticsearch
