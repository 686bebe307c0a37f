#include "core/base/crc32c.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <vector>

#include "core/base/crc32c_engine.h"
#include "core/base/random.h"

namespace andon {
namespace {

std::vector<std::byte> RandomBytes(size_t size, uint64_t seed) {
  const auto random = SeededRandom(seed);
  std::vector<std::byte> bytes(size);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random->Next());
  return bytes;
}

// Bit by bit, as the definition says.
uint32_t SlowCrc32c(Bytes bytes, uint32_t seed) {
  uint32_t crc = ~seed;
  for (const std::byte b : bytes) {
    crc ^= static_cast<uint32_t>(b);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78 : 0);
  }
  return ~crc;
}

// RFC 3720, appendix B.4.
TEST(Crc32cTest, TheStandardsExamplesHold) {
  std::vector<std::byte> bytes(32, std::byte{0});
  EXPECT_EQ(Crc32c(bytes), 0x8a9136aau);
  std::fill(bytes.begin(), bytes.end(), std::byte{0xff});
  EXPECT_EQ(Crc32c(bytes), 0x62a8ab43u);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  EXPECT_EQ(Crc32c(bytes), 0x46dd794eu);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(31 - i);
  EXPECT_EQ(Crc32c(bytes), 0x113fdb5cu);
  EXPECT_EQ(Crc32c(AsBytes("123456789")), 0xe3069283u);
  EXPECT_EQ(Crc32c({}), 0u);
}

TEST(Crc32cTest, EveryLengthAndAlignmentIsRight) {
  const auto bytes = RandomBytes(1000, 4);
  for (size_t begin = 0; begin < 9; ++begin) {
    for (size_t size = 0; begin + size <= bytes.size(); size += size < 50 ? 1 : 37) {
      const Bytes part(bytes.data() + begin, size);
      ASSERT_EQ(Crc32c(part, 17), SlowCrc32c(part, 17)) << begin << " " << size;
    }
  }
}

TEST(Crc32cTest, LongInputsGoThroughEveryStride) {
  for (const size_t size : {384u, 385u, 767u, 768u, 6143u, 6144u, 6145u, 6144u + 384u, 100'003u}) {
    const auto bytes = RandomBytes(size, size);
    EXPECT_EQ(Crc32c(bytes), SlowCrc32c(bytes, 0)) << size;
  }
}

TEST(Crc32cTest, ItGoesOnFromAnyCut) {
  const auto bytes = RandomBytes(8000, 5);
  const uint32_t whole = Crc32c(bytes, 99);
  for (size_t cut = 0; cut <= bytes.size(); cut += 113) {
    const Bytes front(bytes.data(), cut);
    const Bytes back(bytes.data() + cut, bytes.size() - cut);
    ASSERT_EQ(Crc32c(back, Crc32c(front, 99)), whole) << cut;
  }
}

TEST(Crc32cTest, CopyingWritesExactlyTheBytes) {
  const auto from = RandomBytes(40'000, 6);
  for (const size_t size :
       {0u, 1u, 7u, 8u, 240u, 383u, 384u, 6144u, 6999u, 16'383u, 16'384u, 16'391u, 39'999u}) {
    std::vector<std::byte> to(size + 16, std::byte{0xee});
    EXPECT_EQ(CopyCrc32c(to.data() + 8, {from.data() + 1, size}, 3),
              Crc32c({from.data() + 1, size}, 3));
    EXPECT_EQ(std::memcmp(to.data() + 8, from.data() + 1, size), 0);
    for (size_t i = 0; i < 8; ++i) {
      EXPECT_EQ(to[i], std::byte{0xee});
      EXPECT_EQ(to[size + 8 + i], std::byte{0xee});
    }
  }
}

using Engine = uint32_t (*)(std::byte* to, const std::byte* from, size_t size, uint32_t crc);

void ExpectSameAsTheChosen(Engine checksum, Engine copy) {
  const auto from = RandomBytes(20'000, 7);
  for (size_t size = 0; size < from.size(); size += size < 600 ? 129 : 1031) {
    std::vector<std::byte> to(size);
    const Bytes part(from.data(), size);
    EXPECT_EQ(~checksum(nullptr, part.data(), size, ~uint32_t{5}), Crc32c(part, 5));
    EXPECT_EQ(~copy(to.data(), part.data(), size, ~uint32_t{5}), Crc32c(part, 5));
    EXPECT_TRUE(std::equal(to.begin(), to.end(), part.begin()));
  }
}

TEST(Crc32cTest, WithoutTheInstructionTheResultIsTheSame) {
  ExpectSameAsTheChosen(Crc32cSoftware, CopyCrc32cSoftware);
}

#if defined(__x86_64__)
TEST(Crc32cTest, OnAProcessorThatMultipliesNoPolynomialsTheResultIsTheSame) {
  if (!__builtin_cpu_supports("sse4.2")) GTEST_SKIP() << "this processor has no crc32 instruction";
  ExpectSameAsTheChosen(Crc32cSse42, CopyCrc32cSse42);
}
#endif

}  // namespace
}  // namespace andon
