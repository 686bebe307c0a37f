// What a server answers to `_bulk`, and the bodies that are written: any record is a line of JSON.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/base/json_scanner.h"
#include "core/config/config_node.h"
#include "core/event/entry.h"
#include "outputs/elasticsearch/bulk_answer.h"
#include "outputs/elasticsearch/bulk_writer.h"
#include "outputs/elasticsearch/elasticsearch_config.h"

namespace andon::elasticsearch {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// Every token takes a byte at least.
void FuzzScanner(std::string_view untrusted) {
  using Token = JsonScanner::Token;
  JsonScanner scan(untrusted);
  for (size_t tokens = 0; tokens <= untrusted.size() + 1; ++tokens) {
    const Token token = scan.Next();
    if (token == Token::kEnd || token == Token::kError) return;
    if (token == Token::kKey || token == Token::kString) (void)scan.text();
    if (token == Token::kNumber) (void)scan.number();
  }
  std::abort();
}

void FuzzAnswer(std::string_view untrusted) {
  const auto answer = BulkAnswer::Parse(untrusted);
  if (answer.ok()) {
    size_t before = 0;
    for (const uint16_t status : answer->statuses) Require(status >= 100 && status <= 599);
    for (const BulkAnswer::Failure& failure : answer->failures) {
      Require(failure.item < answer->statuses.size());
      Require(&failure == answer->failures.data() || failure.item > before);
      before = failure.item;
    }
  }
  (void)ParseErrorAnswer(untrusted);
}

bool IsOneJsonObject(std::string_view line) {
  using Token = JsonScanner::Token;
  JsonScanner scan(line);
  if (scan.Next() != Token::kObject) return false;
  for (Token token = scan.Next(); token != Token::kEnd; token = scan.Next()) {
    if (token == Token::kError) return false;
  }
  return true;
}

// Records nest deeper than the scanner goes.
int DepthOf(std::string_view line) {
  int depth = 0;
  int deepest = 0;
  for (const char c : line) {
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return deepest;
}

const ElasticsearchConfig& Configured() {
  static const ElasticsearchConfig config = [] {
    const auto text = Config::FromText(
        "{hosts: a, index: 'i-${record[\"i\"]}-%Y', document_id: '${record[\"id\"]}', routing: "
        "'${record[\"r\"]}', rename: [{ecs: access}]}",
        "fuzz.yaml");
    auto parsed = ElasticsearchConfig::Parse(text->root());
    Require(parsed.ok());
    return *std::move(parsed);
  }();
  return config;
}

void FuzzBody(Bytes untrusted) {
  EntryValidator validator;
  const auto progress = validator.Walk(untrusted);
  if (progress.count == 0) return;
  static const std::string kHost = "host";
  const Tag tag("log.a");
  Chunk::Parts parts;
  parts.window = {1, progress.count};
  parts.pieces.push_back(
      {&tag, untrusted.first(progress.bytes), progress.count, 1, {}, progress.times});
  ByteBuffer body;
  BulkWriter writer(Configured().document, kHost);
  const BulkPart part = writer.Write(Chunk(std::move(parts)), SIZE_MAX, body);
  Require(part.events + part.rejected.size() == progress.count);
  uint64_t lines = 0;
  for (std::string_view text = body.text(); !text.empty(); ++lines) {
    const size_t end = text.find('\n');
    Require(end != std::string_view::npos);
    const std::string_view line = text.substr(0, end);
    Require(IsOneJsonObject(line) || DepthOf(line) > JsonScanner::kMaxDepth);
    text.remove_prefix(end + 1);
  }
  Require(lines == 2 * part.events);
}

}  // namespace
}  // namespace andon::elasticsearch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const andon::Bytes bytes{reinterpret_cast<const std::byte*>(data), size};
  andon::elasticsearch::FuzzAnswer(andon::AsText(bytes));
  andon::elasticsearch::FuzzScanner(andon::AsText(bytes));
  andon::elasticsearch::FuzzBody(bytes);
  return 0;
}
