#include "inputs/forward/json_messages.h"

#include "core/plugin/registry.h"

namespace andon::forward {

JsonMessages::JsonMessages() {
  const Registration<Parser>* json = Registry<Parser>::Get().Find("json");
  if (json == nullptr) return;
  const auto config = Config::FromText("{}", "json");
  if (auto make = json->parse(config->root()); make.ok()) parser_ = (*make)();
}

Message* JsonMessages::Read(std::string_view document) {
  if (parser_ == nullptr) return nullptr;
  // A parser makes records: the document becomes the value of a field.
  text_.Clear();
  text_.Append("{\"m\":");
  text_.Append(document);
  text_.Append('}');
  batch_.Clear();
  RecordWriter record(batch_, {1, 0});
  if (parser_->Parse(text_.text(), record) != nullptr) return nullptr;
  record.Commit();
  message_.Clear();
  static const Tag kNoTag("json");
  const EntryIterator entry(batch_.Batch(kNoTag).entries);
  const auto value = entry->record.Find("m");
  if (!value.has_value()) return nullptr;
  message_.Append(value->bytes());
  decoder_ = Decoder();
  const auto outcome = decoder_.Next({message_.data(), message_.size()});
  return outcome == Decoder::Outcome::kMessage ? &decoder_.message() : nullptr;
}

}  // namespace andon::forward
