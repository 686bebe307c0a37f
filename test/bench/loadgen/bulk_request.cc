#include "test/bench/loadgen/bulk_request.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "test/bench/loadgen/sockets.h"

namespace andon::loadgen {
namespace {

[[noreturn]] void Refuse(const char* what) {
  errno = EINVAL;
  Die(what);
}

std::string_view Header(std::string_view head, std::string_view name) {
  const size_t at = head.find(name);
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + name.size());
  return head.substr(0, head.find('\r'));
}

uint64_t Items(std::string_view plain) {
  return static_cast<uint64_t>(std::count(plain.begin(), plain.end(), '\n')) / 2;
}

std::string Gunzip(std::string_view packed) {
  std::string plain(packed.size() * 30 + 1000, '\0');
  std::string input(packed);
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) Refuse("inflate");
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<unsigned>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<unsigned>(plain.size());
  if (inflate(&stream, Z_FINISH) != Z_STREAM_END) Refuse("a gzip body");
  plain.resize(stream.total_out);
  inflateEnd(&stream);
  return plain;
}

std::string Unzstd(std::string_view packed) {
  std::string plain(ZSTD_getFrameContentSize(packed.data(), packed.size()), '\0');
  const size_t size = ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
  if (ZSTD_isError(size) != 0) Refuse("a zstd body");
  return plain;
}

}  // namespace

BulkRequest ReadBulkRequest(std::string_view received) {
  const size_t end = received.find("\r\n\r\n");
  if (end == std::string_view::npos) return {};
  const std::string_view head = received.substr(0, end + 2);
  const std::string_view length = Header(head, "Content-Length: ");
  size_t size = 0;
  if (std::from_chars(length.data(), length.data() + length.size(), size).ec != std::errc()) {
    Refuse("a request without Content-Length");
  }
  const size_t begin = end + 4;
  if (received.size() - begin < size) return {};
  const std::string_view body = received.substr(begin, size);
  const std::string_view encoding = Header(head, "Content-Encoding: ");
  if (encoding == "gzip") return {begin + size, Items(Gunzip(body))};
  if (encoding == "zstd") return {begin + size, Items(Unzstd(body))};
  return {begin + size, Items(body)};
}

std::string AnswerBulk(uint64_t items) {
  std::string body = R"({"errors":false,"items":[)";
  for (uint64_t i = 0; i < items; ++i) {
    body += i == 0 ? R"({"create":{"status":201}})" : R"(,{"create":{"status":201}})";
  }
  body += "]}";
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace andon::loadgen
