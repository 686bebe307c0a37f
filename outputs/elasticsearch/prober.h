// What `andon check --connect` asks a cluster: does every node answer, are the credentials good,
// may we write, and will @timestamp keep its nanoseconds? Nothing is written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/plugin/output.h"
#include "outputs/elasticsearch/elasticsearch_config.h"
#include "outputs/elasticsearch/session.h"

namespace andon::elasticsearch {

// Thread: output.
class Prober {
 public:
  // Both outlive the prober.
  Prober(const ElasticsearchConfig& config, Session& session);
  // `done` is called once, never inside the call.
  void Run(UniqueFunction<void(std::vector<ProbeFinding>)> done);

 private:
  void AskNode();
  void AskRights();
  void OnRights(const Answered& answered);
  void AskTemplate();
  void OnTemplate(const Answered& answered);
  void Add(std::string what, Status status = OkStatus());
  void Finish();

  const ElasticsearchConfig& config_;
  Session& session_;
  size_t node_ = 0;
  bool any_answered_ = false;
  std::string body_;
  std::unique_ptr<http::Call> call_;
  std::vector<ProbeFinding> findings_;
  UniqueFunction<void(std::vector<ProbeFinding>)> done_;
};

}  // namespace andon::elasticsearch
