// Puts index templates, a lifecycle policy and the data stream in place (deploy/elasticsearch).
// What is there already stays, unless it is an older version of ours.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "outputs/elasticsearch/elasticsearch_config.h"
#include "outputs/elasticsearch/session.h"

namespace andon::elasticsearch {

// Thread: output.
class Installer {
 public:
  // All outlive the installer. `id`: the output's, for the log.
  Installer(const ElasticsearchConfig& config, Session& session, std::string id);

  // `done` is called once, never inside the call. kUnavailable: run it again later.
  void Run(UniqueFunction<void(Status)> done);
  bool running() const { return static_cast<bool>(done_); }

  // The pattern of the indices' names: "andon-*".
  static std::string Pattern(const ElasticsearchConfig& config);

 private:
  enum class Kind : uint8_t { kIlm, kIsm, kComponent, kTemplate, kLegacy, kStream };
  struct Step {
    Kind kind;
    std::string path;
    std::vector<std::string> version_path;  // In the answer to a GET.
    std::string body;
    int version = 1;
  };

  void Next();
  void Look();
  void OnLook(const Answered& answered);
  void Put();
  void OnPut(const Answered& answered);
  // The server knows nothing of the kind: another way, or none.
  void OnUnsupported(const Answered& answered);
  void AddPolicy(Kind kind);
  void AddTemplates(bool lifecycle);
  void AddLegacy();
  std::string LegacyBody() const;
  void Finish(Status status);

  const ElasticsearchConfig& config_;
  Session& session_;
  const std::string id_;
  const std::string pattern_;
  std::deque<Step> steps_;
  bool templates_added_ = false;
  std::unique_ptr<http::Call> call_;
  UniqueFunction<void(Status)> done_;
};

}  // namespace andon::elasticsearch
