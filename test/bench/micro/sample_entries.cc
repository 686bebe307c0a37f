#include "test/bench/micro/sample_entries.h"

#include <array>
#include <string>
#include <string_view>

#include "core/base/random.h"
#include "core/base/uuid.h"

namespace andon {
namespace {

constexpr std::array<std::string_view, 4> kMethods{"GET", "GET", "POST", "HEAD"};
constexpr std::array<std::string_view, 5> kPaths{"/", "/images/logo.png", "/api/v1/orders/4711",
                                                 "/blog/2026/11/21/on-call-again",
                                                 "/search?q=rust"};
constexpr std::array<std::string_view, 3> kAgents{
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "curl/8.9.1 (x86_64-pc-linux-gnu)"};
constexpr std::array<int64_t, 5> kCodes{200, 200, 200, 304, 404};
constexpr std::array<int64_t, 4> kWideCodes{301, 302, 304, 404};

template <class T, size_t N>
const T& Pick(const std::array<T, N>& from, Random& random) {
  return from[random.Below(N)];
}

void AppendOne(size_t i, bool swap, bool more, Random& random, BatchBuilder& batch) {
  RecordWriter record(batch, {1'700'000'000 + static_cast<uint32_t>(i / 1000),
                              static_cast<uint32_t>(i % 1000) * 1'000'000});
  const auto code = [&] { record.Field("code", Pick(kCodes, random)); };
  record.Field("host", "10.1." + std::to_string(random.Below(256)) + "." +
                           std::to_string(random.Below(256)));
  record.FieldNil("user");
  if (swap) code();
  record.Field("method", Pick(kMethods, random));
  record.Field("path", Pick(kPaths, random));
  if (!swap) code();
  record.Field("size", static_cast<int64_t>(random.Below(100'000)));
  record.Field("referer", "https://www.example.org/index.html");
  record.Field("agent", Pick(kAgents, random));
  if (more) record.Field("vhost", "shop.example.org");
  record.Field("request_id", ToString(MakeUuid(random)).substr(0, 26));
  record.Field("n", static_cast<int64_t>(i));
  record.Commit();
}

void AppendSix(size_t i, Random& random, BatchBuilder& batch) {
  RecordWriter record(batch, {1'700'000'000 + static_cast<uint32_t>(i / 1000), 0});
  record.Field("host", "10.1." + std::to_string(random.Below(256)) + ".17");
  record.Field("method", Pick(kMethods, random));
  record.Field("path", "/item/" + std::to_string(1'000'000 + i) +
                           "?ref=" + std::to_string(random.Below(13)));
  record.Field("code", Pick(kWideCodes, random));
  record.Field("size", static_cast<int64_t>(1000 + random.Below(50'000)));
  record.Field("agent", std::string(120 + random.Below(8), 'x'));
  record.Commit();
}

}  // namespace

void AppendSampleEntries(size_t count, SampleShape shape, BatchBuilder& batch) {
  const auto random = SeededRandom(1);
  const bool mixed = shape == SampleShape::kMixed;
  for (size_t i = 0; i < count; ++i) {
    if (shape == SampleShape::kSix) {
      AppendSix(i, *random, batch);
      continue;
    }
    AppendOne(i, mixed && random->Below(3) == 0, mixed && random->Below(8) == 0, *random, batch);
  }
}

}  // namespace andon
