#include "core/base/program_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace andon {
namespace {

int ReleaseCodeOf(dl_phdr_info* object, size_t /*size*/, void* /*data*/) {
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (size_t i = 0; i < object->dlpi_phnum; ++i) {
    const auto& part = object->dlpi_phdr[i];
    const bool code = part.p_type == PT_LOAD && (part.p_flags & PF_X) != 0;
    if (!code || (part.p_flags & PF_W) != 0) continue;
    // Pages that are wholly inside: the first and the last may be shared with what is not code.
    const uintptr_t begin = (object->dlpi_addr + part.p_vaddr + page - 1) / page * page;
    const uintptr_t end = (object->dlpi_addr + part.p_vaddr + part.p_filesz) / page * page;
    if (begin >= end) continue;
    // The dynamic linker gives numbers. Where it is refused, the pages stay.
    auto* const memory = reinterpret_cast<void*>(begin);  // NOLINT(performance-no-int-to-ptr)
    (void)::madvise(memory, end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void ReleaseProgramPages() { (void)::dl_iterate_phdr(ReleaseCodeOf, nullptr); }

}  // namespace andon
