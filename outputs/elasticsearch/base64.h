// Base64 (RFC 4648), with padding.
#pragma once

#include <string>
#include <string_view>

namespace andon::elasticsearch {

std::string Base64(std::string_view bytes);

}  // namespace andon::elasticsearch
