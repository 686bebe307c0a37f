#include "outputs/elasticsearch/prober.h"

#include <utility>

#include "core/base/json_scanner.h"
#include "core/codec/json_writer.h"
#include "core/http/url.h"
#include "outputs/elasticsearch/installer.h"

namespace andon::elasticsearch {
namespace {

std::string Quoted(std::string_view text) {
  ByteBuffer quoted;
  AppendJsonString(text, quoted);
  return std::string(quoted.text());
}

std::string WantedPrivileges(const ElasticsearchConfig& config) {
  std::string wanted =
      config.document.operation == Operation::kCreate ? R"("create_doc")" : R"("index")";
  wanted += R"(,"auto_configure")";
  return wanted;
}

}  // namespace

Prober::Prober(const ElasticsearchConfig& config, Session& session)
    : config_(config), session_(session) {}

void Prober::Run(UniqueFunction<void(std::vector<ProbeFinding>)> done) {
  done_ = std::move(done);
  AskNode();
}

void Prober::Add(std::string what, Status status) {
  findings_.push_back({std::move(what), std::move(status)});
}

void Prober::AskNode() {
  if (node_ == config_.nodes.size()) return any_answered_ ? AskRights() : Finish();
  call_ = session_.SendTo(
      node_, {.path = "/_cluster/health?filter_path=status,error"},
      [this](const Answered& answered) {
        const std::string_view text = answered.response.body.text();
        const std::string_view health = answered.ok() ? JsonAt(text, {"status"}) : "";
        const std::string what = answered.node + ": address and credentials";
        if (!health.empty()) {
          any_answered_ = true;
          Add(what + ", the cluster is " + std::string(health));
        } else if (answered.ok()) {
          Add(what, Unavailable("what answers is no Elasticsearch and no OpenSearch"));
        } else {
          Add(what, Unavailable(answered.Explain()));
        }
        ++node_;
        AskNode();
      });
}

void Prober::AskRights() {
  body_ = R"({"index":[{"names":[)" + Quoted(Installer::Pattern(config_)) + R"(],"privileges":[)" +
          WantedPrivileges(config_) + "]}]";
  if (config_.install.templates) {
    body_ += R"(,"cluster":["manage_index_templates")";
    body_ += config_.install.lifecycle ? R"(,"manage_ilm"])" : "]";
  }
  body_ += "}";
  call_ = session_.Send(
      {.method = "POST", .path = "/_security/user/_has_privileges", .body = AsBytes(body_)},
      [this](const Answered& answered) { OnRights(answered); });
}

void Prober::OnRights(const Answered& answered) {
  const std::string what = "rights on " + Installer::Pattern(config_);
  const int code = answered.response.code;
  const std::string_view text = answered.response.body.text();
  if (answered.ok() && JsonAt(text, {"has_all_requested"}) == "true") {
    Add(what);
  } else if (answered.ok()) {
    Add(what, Rejected("the role lacks some of " + WantedPrivileges(config_) +
                       (config_.install.templates ? " or manage_index_templates, manage_ilm" : "") +
                       ": " + std::string(JsonAt(text, {"index"}))));
  } else if (answered.response.status.ok() &&
             (code == 400 || code == 404 || code == 405 || code == 500)) {
    Add(what + ": not told by this server, security is off or another");
  } else {
    Add(what, Unavailable(answered.Explain()));
  }
  AskTemplate();
}

void Prober::AskTemplate() {
  const IndexName& name = config_.document.index;
  const std::string index = name.constant() ? name.prefix() : name.prefix() + "check";
  call_ = session_.Send({.method = "POST",
                         .path = "/_index_template/_simulate_index/" + http::EscapedPart(index) +
                                 "?filter_path=template.mappings.properties.@timestamp"},
                        [this](const Answered& answered) { OnTemplate(answered); });
}

void Prober::OnTemplate(const Answered& answered) {
  const std::string what = "template for " + Installer::Pattern(config_);
  const std::string_view type =
      JsonAt(answered.response.body.text(),
             {"template", "mappings", "properties", config_.document.time_key, "type"});
  if (!answered.ok()) {
    Add(what + ": not told by this server (" + std::to_string(answered.response.code) + ")");
  } else if (type == R"("date_nanos")") {
    Add(what + ": @timestamp keeps its nanoseconds");
  } else if (config_.install.templates) {
    Add(what + ": will be installed at start");
  } else if (config_.document.data_stream) {
    Add(what, Rejected("no template makes " + config_.document.index.text() +
                       " a data stream with nanoseconds: set install: {templates: true}"));
  } else {
    Add(what + ": @timestamp will keep milliseconds only; install: {templates: true} changes that");
  }
  Finish();
}

void Prober::Finish() { std::exchange(done_, nullptr)(std::exchange(findings_, {})); }

}  // namespace andon::elasticsearch
