// The ways to compute CRC32C, one per kind of processor. crc32c.cc chooses; tests compare them.
//
// Each goes over `size` bytes at `from`, starting with the register `crc` (not inverted), and
// returns the register. The Copy ones write the bytes to `to` in the same pass, the others leave
// `to` alone.
#pragma once

#include <cstddef>
#include <cstdint>

namespace andon {

// Eight bytes a step by tables. Runs everywhere.
uint32_t Crc32cSoftware(std::byte* to, const std::byte* from, size_t size, uint32_t crc);
uint32_t CopyCrc32cSoftware(std::byte* to, const std::byte* from, size_t size, uint32_t crc);

#if defined(__x86_64__)
uint32_t Crc32cSse42(std::byte* to, const std::byte* from, size_t size, uint32_t crc);
uint32_t CopyCrc32cSse42(std::byte* to, const std::byte* from, size_t size, uint32_t crc);
bool HasFolding();  // AVX-512 and VPCLMULQDQ; what the next two need.
uint32_t Crc32cFolding(std::byte* to, const std::byte* from, size_t size, uint32_t crc);
uint32_t CopyCrc32cFolding(std::byte* to, const std::byte* from, size_t size, uint32_t crc);
#elif defined(__aarch64__)
bool HasArmCrc32c();
uint32_t Crc32cArm(std::byte* to, const std::byte* from, size_t size, uint32_t crc);
uint32_t CopyCrc32cArm(std::byte* to, const std::byte* from, size_t size, uint32_t crc);
#endif

}  // namespace andon
