#include "core/base/crc32c.h"

#include "core/base/crc32c_engine.h"

namespace andon {
namespace {

using Engine = uint32_t (*)(std::byte* to, const std::byte* from, size_t size, uint32_t crc);

struct Engines {
  Engine checksum;
  Engine copy;
};

Engines ChooseEngines() {
#if defined(__x86_64__)
  if (HasFolding()) return {Crc32cFolding, CopyCrc32cFolding};
  if (__builtin_cpu_supports("sse4.2")) return {Crc32cSse42, CopyCrc32cSse42};
#elif defined(__aarch64__)
  if (HasArmCrc32c()) return {Crc32cArm, CopyCrc32cArm};
#endif
  return {Crc32cSoftware, CopyCrc32cSoftware};
}

const Engines& ChosenEngines() {
  static const Engines kEngines = ChooseEngines();
  return kEngines;
}

}  // namespace

uint32_t Crc32c(Bytes bytes, uint32_t seed) {
  return ~ChosenEngines().checksum(nullptr, bytes.data(), bytes.size(), ~seed);
}

uint32_t CopyCrc32c(std::byte* to, Bytes from, uint32_t seed) {
  return ~ChosenEngines().copy(to, from.data(), from.size(), ~seed);
}

}  // namespace andon
