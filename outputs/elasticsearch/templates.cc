#include "outputs/elasticsearch/templates.h"

#include "core/base/check.h"
#include "core/codec/json_writer.h"

namespace andon::elasticsearch {

// Generated from the files.
extern const EmbeddedFile kEmbeddedFiles[];
extern const size_t kEmbeddedFileCount;

namespace {

std::string Quoted(std::string_view text) {
  ByteBuffer quoted;
  AppendJsonString(text, quoted);
  return std::string(quoted.text());
}

void ReplaceAll(std::string& text, std::string_view what, const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

std::string_view TemplateFile(std::string_view name) {
  for (size_t i = 0; i < kEmbeddedFileCount; ++i) {
    if (kEmbeddedFiles[i].name == name) return kEmbeddedFiles[i].text;
  }
  CheckFailed(__FILE__, __LINE__, "a file of deploy/elasticsearch");
}

std::string TemplateFor(std::string_view file, std::string_view name, std::string_view pattern) {
  std::string text(TemplateFile(file));
  const std::string own(name);
  ReplaceAll(text, "\"andon-mappings\"", Quoted(own + "-mappings"));
  ReplaceAll(text, "\"andon-settings\"", Quoted(own + "-settings"));
  ReplaceAll(text, "\"index.lifecycle.name\": \"andon\"",
             "\"index.lifecycle.name\": " + Quoted(own));
  ReplaceAll(text, "\"andon-*\"", Quoted(pattern));
  return text;
}

}  // namespace andon::elasticsearch
