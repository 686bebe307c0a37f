#include "core/event/msgpack_writer.h"

#include <gtest/gtest.h>
#include <msgpack.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace andon {
namespace {

// msgpack-c as the reference for the shortest forms.
class Reference {
 public:
  Reference() {
    msgpack_sbuffer_init(&buffer_);
    msgpack_packer_init(&packer, &buffer_, msgpack_sbuffer_write);
  }
  ~Reference() { msgpack_sbuffer_destroy(&buffer_); }
  std::string text() const { return {buffer_.data, buffer_.size}; }
  msgpack_packer packer;

 private:
  msgpack_sbuffer buffer_;
};

template <class Ours, class Theirs>
void ExpectSame(Ours ours, Theirs theirs) {
  ByteBuffer out;
  MsgpackWriter writer(out);
  ours(writer);
  Reference reference;
  theirs(reference.packer);
  EXPECT_EQ(out.text(), reference.text());
}

TEST(MsgpackWriterTest, IntegersTakeTheirShortestForm) {
  for (int bit = 0; bit < 64; ++bit) {
    for (int64_t near = -2; near <= 2; ++near) {
      const uint64_t value = (uint64_t{1} << bit) + static_cast<uint64_t>(near);
      SCOPED_TRACE(value);
      ExpectSame([&](auto& out) { out.Uint(value); },
                 [&](auto& out) { msgpack_pack_uint64(&out, value); });
      for (const int64_t number : {static_cast<int64_t>(value), static_cast<int64_t>(0 - value)}) {
        ExpectSame([&](auto& out) { out.Int(number); },
                   [&](auto& out) { msgpack_pack_int64(&out, number); });
      }
    }
  }
}

TEST(MsgpackWriterTest, TextsBinariesAndExtsTakeTheirShortestForm) {
  for (const size_t size :
       {0u, 1u, 2u, 3u, 4u, 8u, 15u, 16u, 17u, 31u, 32u, 255u, 256u, 65'535u, 65'536u, 70'000u}) {
    SCOPED_TRACE(size);
    const std::string text(size, 'x');
    ExpectSame([&](auto& out) { out.String(text); },
               [&](auto& out) {
                 msgpack_pack_str(&out, size);
                 msgpack_pack_str_body(&out, text.data(), size);
               });
    ExpectSame([&](auto& out) { out.Binary(AsBytes(text)); },
               [&](auto& out) {
                 msgpack_pack_bin(&out, size);
                 msgpack_pack_bin_body(&out, text.data(), size);
               });
    ExpectSame([&](auto& out) { out.Ext(-3, AsBytes(text)); },
               [&](auto& out) {
                 msgpack_pack_ext(&out, size, -3);
                 msgpack_pack_ext_body(&out, text.data(), size);
               });
  }
}

TEST(MsgpackWriterTest, ContainerHeadsTakeTheirShortestForm) {
  for (const uint32_t size : {0u, 1u, 15u, 16u, 65'535u, 65'536u, UINT32_MAX}) {
    SCOPED_TRACE(size);
    ExpectSame([&](auto& out) { out.ArrayHeader(size); },
               [&](auto& out) { msgpack_pack_array(&out, size); });
    ExpectSame([&](auto& out) { out.MapHeader(size); },
               [&](auto& out) { msgpack_pack_map(&out, size); });
  }
}

TEST(MsgpackWriterTest, TheRestIsTheSameToo) {
  ExpectSame(
      [](auto& out) {
        out.Nil();
        out.Bool(true);
        out.Bool(false);
        out.Float(-0.1);
        out.Float(std::numeric_limits<double>::infinity());
      },
      [](auto& out) {
        msgpack_pack_nil(&out);
        msgpack_pack_true(&out);
        msgpack_pack_false(&out);
        msgpack_pack_double(&out, -0.1);
        msgpack_pack_double(&out, std::numeric_limits<double>::infinity());
      });
}

TEST(MsgpackWriterTest, AnEventTimeIsAnExtOfTypeZero) {
  ByteBuffer out;
  MsgpackWriter(out).Time({0x01020304, 0x05060708});
  EXPECT_EQ(out.text(), std::string("\xd7\x00\x01\x02\x03\x04\x05\x06\x07\x08", 10));
}

}  // namespace
}  // namespace andon
