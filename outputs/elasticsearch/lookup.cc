#include "outputs/elasticsearch/lookup.h"

#include <algorithm>
#include <utility>

#include "core/base/json_scanner.h"
#include "core/codec/json_writer.h"
#include "core/http/url.h"

namespace andon::elasticsearch {
namespace {

constexpr size_t kIdsAtOnce = 1000;

// The `_id`s in the answer to a search; false when it is none, or not of all shards.
bool ReadIds(std::string_view untrusted, std::vector<std::string>& ids) {
  using Token = JsonScanner::Token;
  if (JsonAt(untrusted, {"timed_out"}) != "false") return false;
  if (JsonAt(untrusted, {"_shards", "failed"}) != "0") return false;
  JsonScanner scan(untrusted);
  for (Token token = scan.Next(); token != Token::kEnd; token = scan.Next()) {
    if (token == Token::kError) return false;
    if (token != Token::kKey || scan.text() != "_id") continue;
    if (scan.Next() != Token::kString) return false;
    ids.emplace_back(scan.text());
  }
  return true;
}

}  // namespace

Lookup::Lookup(Session& session, std::vector<BulkWriter::Target> targets)
    : session_(session), targets_(std::move(targets)) {}

void Lookup::Run(UniqueFunction<void(Result<std::vector<Range>>)> done) {
  done_ = std::move(done);
  Refresh();
}

void Lookup::Refresh() {
  const std::string index = http::EscapedPart(targets_[target_].index);
  call_ =
      session_.Send({.method = "POST", .path = "/" + index + "/_refresh?ignore_unavailable=true"},
                    [this](const Answered& answered) {
                      if (!answered.ok()) return Finish(Unavailable(answered.Explain()));
                      next_id_ = 0;
                      Search();
                    });
}

void Lookup::Search() {
  const BulkWriter::Target& target = targets_[target_];
  if (next_id_ == target.ids.size()) {
    if (++target_ == targets_.size()) return Finish(std::exchange(found_, {}));
    return Refresh();
  }
  asked_.clear();
  ByteBuffer ids;
  for (; next_id_ < target.ids.size() && asked_.size() < kIdsAtOnce; ++next_id_) {
    const auto& [event, id] = target.ids[next_id_];
    if (!asked_.emplace(id, event).second) break;  // Two events with one id: one after the other.
    if (!ids.empty()) ids.Append(',');
    AppendJsonString(id, ids);
  }
  body_ = "{\"size\":" + std::to_string(asked_.size()) +
          ",\"_source\":false,\"query\":{\"ids\":{\"values\":[" + std::string(ids.text()) + "]}}}";
  call_ = session_.Send({.method = "POST",
                         .path = "/" + http::EscapedPart(target.index) +
                                 "/_search?ignore_unavailable=true&allow_no_indices=true"
                                 "&filter_path=timed_out,_shards.failed,hits.hits._id",
                         .body = AsBytes(body_)},
                        [this](const Answered& answered) { OnFound(answered); });
}

void Lookup::OnFound(const Answered& answered) {
  if (!answered.ok()) return Finish(Unavailable(answered.Explain()));
  std::vector<std::string> ids;
  if (!ReadIds(answered.response.body.text(), ids)) {
    return Finish(Unavailable(answered.node + ": not every shard could be searched for ids"));
  }
  for (const std::string& id : ids) {
    const auto asked = asked_.find(id);
    if (asked != asked_.end()) found_.push_back({asked->second, asked->second});
  }
  Search();
}

void Lookup::Finish(Result<std::vector<Range>> result) {
  std::exchange(done_, nullptr)(std::move(result));
}

}  // namespace andon::elasticsearch
