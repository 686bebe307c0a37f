// Tables for CRC32C, computed by the compiler.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace andon::crc32c {

inline constexpr uint32_t kPolynomial = 0x82f63b78;  // Reflected.

using ByteTable = std::array<uint32_t, 256>;

// slices[k][b]: the register after byte b and k zero bytes.
constexpr std::array<ByteTable, 8> MakeSlices() {
  std::array<ByteTable, 8> slices{};
  for (uint32_t b = 0; b < 256; ++b) {
    uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    slices[0][b] = crc;
  }
  for (size_t k = 1; k < 8; ++k) {
    for (size_t b = 0; b < 256; ++b) {
      const uint32_t before = slices[k - 1][b];
      slices[k][b] = (before >> 8) ^ slices[0][before & 0xff];
    }
  }
  return slices;
}
inline constexpr std::array<ByteTable, 8> kSlices = MakeSlices();

// A linear map of the 32 register bits: column i is what bit i becomes.
using Matrix = std::array<uint32_t, 32>;

constexpr uint32_t Times(const Matrix& matrix, uint32_t vector) {
  uint32_t sum = 0;
  for (size_t i = 0; vector != 0; ++i, vector >>= 1) {
    if ((vector & 1) != 0) sum ^= matrix[i];
  }
  return sum;
}

// shift[k][b]: what byte k of the register, being b, becomes behind `Zeros` zero bytes. The xor of
// the four is the register behind them: that is how streams over neighbouring bytes are joined.
using ShiftTable = std::array<ByteTable, 4>;

template <size_t Zeros>
constexpr ShiftTable MakeShift() {
  static_assert(Zeros > 0 && (Zeros & (Zeros - 1)) == 0, "squares reach powers of two");
  Matrix matrix{};
  for (uint32_t i = 0; i < 32; ++i) {  // One zero byte.
    const uint32_t bit = uint32_t{1} << i;
    matrix[i] = (bit >> 8) ^ kSlices[0][bit & 0xff];
  }
  for (size_t n = Zeros; n > 1; n /= 2) {
    Matrix square{};
    for (size_t i = 0; i < 32; ++i) square[i] = Times(matrix, matrix[i]);
    matrix = square;
  }
  ShiftTable shift{};
  for (size_t k = 0; k < 4; ++k) {
    for (uint32_t b = 0; b < 256; ++b) shift[k][b] = Times(matrix, b << (8 * k));
  }
  return shift;
}

inline uint32_t Shift(const ShiftTable& table, uint32_t crc) {
  return table[0][crc & 0xff] ^ table[1][(crc >> 8) & 0xff] ^ table[2][(crc >> 16) & 0xff] ^
         table[3][crc >> 24];
}

}  // namespace andon::crc32c
