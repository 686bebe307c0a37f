#include "test/support/context_fixture.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"

namespace andon {
namespace {

TEST(NullTest, TakesEveryChunkAtOnceAndCountsItsBytes) {
  ContextFixture fixture(ContextOptions{.id = "n", .kind = "output"});
  auto output = MakePlugin<Output>("null");
  ASSERT_THAT(output, IsOk());
  ASSERT_THAT((*output)->Prepare(fixture.output()), IsOk());
  (*output)->Start();
  const Chunk chunk = MakeChunk({EventFromJson("a", R"({"x":1})"), EventFromJson("b", "{}")});
  int answers = 0;
  (*output)->Write(chunk, [&](const WriteResult& result) {
    EXPECT_THAT(result.status, IsOk());
    EXPECT_TRUE(result.again.empty() && result.rejected.empty());
    ++answers;
  });
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(fixture.metrics.Sum("andon_null_bytes_total", {{"id", "n"}}), chunk.bytes());
  bool stopped = false;
  (*output)->Stop([&] { stopped = true; });
  EXPECT_TRUE(stopped);
}

TEST(NullTest, HasNoOptions) { EXPECT_FALSE(MakePlugin<Output>("null", "{path: /tmp/x}").ok()); }

}  // namespace
}  // namespace andon
