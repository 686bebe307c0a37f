#include "outputs/elasticsearch/installer.h"

#include <charconv>
#include <utility>

#include "core/base/json_scanner.h"
#include "core/base/log.h"
#include "core/codec/json_writer.h"
#include "core/http/url.h"
#include "outputs/elasticsearch/bulk_answer.h"
#include "outputs/elasticsearch/templates.h"

namespace andon::elasticsearch {
namespace {

std::string Quoted(std::string_view text) {
  ByteBuffer quoted;
  AppendJsonString(text, quoted);
  return std::string(quoted.text());
}

// -1: none.
int Number(std::string_view text) {
  int value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// What a server says of an API that it does not have.
bool Unsupported(int code) { return code == 400 || code == 405 || code == 404 || code == 501; }

}  // namespace

Installer::Installer(const ElasticsearchConfig& config, Session& session, std::string id)
    : config_(config), session_(session), id_(std::move(id)), pattern_(Pattern(config)) {}

std::string Installer::Pattern(const ElasticsearchConfig& config) {
  const IndexName& name = config.document.index;
  return name.constant() ? name.prefix() : name.prefix() + "*";
}

void Installer::Run(UniqueFunction<void(Status)> done) {
  done_ = std::move(done);
  steps_.clear();
  templates_added_ = false;
  if (config_.install.lifecycle && config_.document.type_name.empty()) {
    AddPolicy(Kind::kIlm);
  } else if (config_.document.type_name.empty()) {
    AddTemplates(false);
  } else {
    AddLegacy();
  }
  Next();
}

void Installer::AddPolicy(Kind kind) {
  const std::string& name = config_.install.name;
  const bool stream = config_.document.data_stream;
  Step step;
  step.kind = kind;
  if (kind == Kind::kIlm) {
    step.path = "/_ilm/policy/" + http::EscapedPart(name);
    step.version_path = {name, "policy", "_meta", "version"};
    step.body = TemplateFor(stream ? "ilm-streams.json" : "ilm-indices.json", name, pattern_);
  } else {
    step.path = "/_plugins/_ism/policies/" + http::EscapedPart(name);
    step.body = TemplateFor(stream ? "ism-streams.json" : "ism-indices.json", name, pattern_);
  }
  steps_.push_back(std::move(step));
}

void Installer::AddTemplates(bool lifecycle) {
  const std::string& name = config_.install.name;
  templates_added_ = true;
  const auto add = [&](Kind kind, const std::string& path, const char* file,
                       std::vector<std::string> version_path) {
    Step step{kind, path, std::move(version_path), TemplateFor(file, name, pattern_), 1};
    step.version = Number(JsonAt(step.body, {"version"}));
    steps_.push_back(std::move(step));
  };
  const std::string component = "/_component_template/" + http::EscapedPart(name);
  const std::vector<std::string> version = {"component_templates", "0", "component_template",
                                            "version"};
  add(Kind::kComponent, component + "-settings",
      lifecycle ? "settings-lifecycle.json" : "settings.json", version);
  add(Kind::kComponent, component + "-mappings", "mappings.json", version);
  const bool stream = config_.document.data_stream;
  add(Kind::kTemplate, "/_index_template/" + http::EscapedPart(name),
      stream ? "data-stream-template.json" : "index-template.json",
      {"index_templates", "0", "index_template", "version"});
  if (!stream || !config_.document.index.constant()) return;
  steps_.push_back({Kind::kStream,
                    "/_data_stream/" + http::EscapedPart(config_.document.index.prefix()),
                    {},
                    "",
                    1});
}

void Installer::AddLegacy() {
  const std::string& name = config_.install.name;
  steps_.push_back(
      {Kind::kLegacy, "/_template/" + http::EscapedPart(name), {name, "version"}, LegacyBody(), 1});
}

std::string Installer::LegacyBody() const {
  const std::string_view settings = JsonAt(TemplateFile("settings.json"), {"template", "settings"});
  std::string mappings(JsonAt(TemplateFile("mappings.json"), {"template", "mappings"}));
  const std::string& type = config_.document.type_name;
  std::string patterns = "\"index_patterns\":[" + Quoted(pattern_) + "]";
  if (!type.empty()) {
    constexpr std::string_view kNanoseconds = "\"date_nanos\"";  // Known from version 7 on.
    mappings.replace(mappings.find(kNanoseconds), kNanoseconds.size(), "\"date\"");
    mappings = "{" + Quoted(type) + ":" + mappings + "}";
    patterns = "\"template\":" + Quoted(pattern_);
  }
  return "{\"version\":1," + patterns + ",\"settings\":" + std::string(settings) +
         ",\"mappings\":" + mappings + "}";
}

void Installer::Next() {
  if (steps_.empty()) return Finish(OkStatus());
  const bool only_put = steps_.front().kind == Kind::kStream ||
                        (config_.install.overwrite && steps_.front().kind != Kind::kIsm);
  only_put ? Put() : Look();
}

void Installer::Look() {
  call_ = session_.Send({.path = steps_.front().path},
                        [this](const Answered& answered) { OnLook(answered); });
}

void Installer::OnLook(const Answered& answered) {
  const Step& step = steps_.front();
  const http::Response& response = answered.response;
  if (answered.ok()) {
    const int there = Number(JsonAt(response.body.text(), step.version_path));
    const bool ours = response.body.text().find("\"managed_by\":\"andon\"") != std::string::npos;
    if (ours && there >= 0 && there < step.version) return Put();
    LogDebug(id_, "is installed already", {{"path", step.path}, {"version", there}});
    if (step.kind == Kind::kIlm) AddTemplates(true);
    if (step.kind == Kind::kIsm) AddTemplates(false);
    steps_.pop_front();
    return Next();
  }
  if (response.status.ok() && response.code == 404) return Put();
  if (response.status.ok() && Unsupported(response.code)) return OnUnsupported(answered);
  Finish(Unavailable(answered.Explain()));
}

void Installer::Put() {
  const Step& step = steps_.front();
  call_ = session_.Send({.method = "PUT", .path = step.path, .body = AsBytes(step.body)},
                        [this](const Answered& answered) { OnPut(answered); });
}

void Installer::OnPut(const Answered& answered) {
  const Step step = std::move(steps_.front());
  const http::Response& response = answered.response;
  const bool there = response.body.text().find("resource_already_exists") != std::string::npos;
  if (!answered.ok() && !(step.kind == Kind::kStream && there)) {
    steps_.front() = step;
    // A component template that the server reads and does not like is no older server's answer.
    const bool read =
        step.kind == Kind::kComponent && !ParseErrorAnswer(response.body.text()).type.empty();
    if (response.status.ok() && Unsupported(response.code) && !read) return OnUnsupported(answered);
    std::string why = "cannot install " + step.path + ": " + answered.Explain();
    if (response.code == 403) why += ", and manage_index_templates and manage_ilm to install";
    return Finish(Unavailable(std::move(why)));
  }
  steps_.pop_front();
  if (answered.ok()) LogInfo(id_, "installed", {{"path", step.path}, {"version", step.version}});
  if (step.kind == Kind::kIlm) AddTemplates(true);
  if (step.kind == Kind::kIsm) AddTemplates(false);
  Next();
}

void Installer::OnUnsupported(const Answered& answered) {
  const Kind kind = steps_.front().kind;
  const std::string why = answered.Explain();
  switch (kind) {
    case Kind::kIlm:
      steps_.pop_front();
      AddPolicy(Kind::kIsm);
      return Next();
    case Kind::kIsm:
      LogWarn(id_, "the server has no lifecycle policies, nothing is deleted by age",
              {{"reason", why}});
      steps_.pop_front();
      AddTemplates(false);
      return Next();
    case Kind::kStream:  // The first event makes it.
      steps_.pop_front();
      return Next();
    case Kind::kComponent:
      steps_.clear();
      AddLegacy();
      return Next();
    default:
      Finish(Unavailable("cannot install " + steps_.front().path + ": " + why));
  }
}

void Installer::Finish(Status status) { std::exchange(done_, nullptr)(std::move(status)); }

}  // namespace andon::elasticsearch
