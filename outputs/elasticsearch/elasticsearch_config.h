// The options of outputs/elasticsearch.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/config/config_reader.h"
#include "core/http/client.h"
#include "outputs/elasticsearch/document_config.h"
#include "outputs/elasticsearch/encoding.h"

namespace andon::elasticsearch {

struct InstallConfig {
  bool templates = false;      // Mappings and settings for the index's or data stream's pattern.
  bool lifecycle = false;      // And a policy that deletes what is old.
  bool overwrite = false;      // Put ours in the place of what is there, whatever its version.
  std::string name = "andon";  // Of what is installed.
};

struct ElasticsearchConfig {
  std::vector<std::string> nodes;  // URLs without a slash at the end.
  DocumentConfig document;
  http::ClientOptions client;
  std::vector<std::string> headers;  // Of every request, the secret one too.
  Encoding encoding = Encoding::kNone;
  int concurrency = 4;
  size_t max_body_bytes = size_t{16} << 20;
  bool verify_doubtful = false;
  InstallConfig install;

  static Result<ElasticsearchConfig> Parse(const ConfigNode& node);
};

}  // namespace andon::elasticsearch
