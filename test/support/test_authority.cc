#include "test/support/test_authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <utility>

#include "core/base/check.h"

namespace andon {

namespace {

using File = std::unique_ptr<FILE, int (*)(FILE*)>;

File OpenFile(const std::string& path, const char* mode) {
  File file(std::fopen(path.c_str(), mode), std::fclose);
  CHECK(file != nullptr);
  return file;
}

void AddExtension(X509* certificate, int id, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str());
  CHECK(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* NewCertificate(const std::string& common_name, EVP_PKEY* key, long valid_seconds) {
  static std::atomic<long> next_serial{1};
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), next_serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate), valid_seconds);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  if (!common_name.empty()) {
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                               0);
  }
  return certificate;
}

X509* NewAuthority(const std::string& name, EVP_PKEY* key) {
  X509* certificate = NewCertificate(name, key, 3600);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  AddExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
  return certificate;
}

}  // namespace

TestAuthority::TestAuthority(std::string folder, std::string name)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      key_(EVP_EC_gen("P-256")),
      certificate_(NewAuthority(name_, key_)) {
  PEM_write_X509(OpenFile(ca_file(), "we").get(), certificate_);
}

TestAuthority::~TestAuthority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

CertificateFiles TestAuthority::Issue(const std::string& common_name,
                                      const std::string& alternative_names,
                                      long valid_seconds) const {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = NewCertificate(common_name, key, valid_seconds);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate_));
  if (!alternative_names.empty()) {
    AddExtension(certificate, NID_subject_alt_name, alternative_names);
  }
  CHECK(X509_sign(certificate, key_, EVP_sha256()) > 0);
  const std::string serial = std::to_string(ASN1_INTEGER_get(X509_get0_serialNumber(certificate)));
  CertificateFiles files{folder_ + "/" + serial + ".pem", folder_ + "/" + serial + ".key"};
  PEM_write_X509(OpenFile(files.certificate, "we").get(), certificate);
  PEM_write_PrivateKey(OpenFile(files.key, "we").get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

std::string TestAuthority::Protect(const CertificateFiles& files) const {
  EVP_PKEY* key = PEM_read_PrivateKey(OpenFile(files.key, "re").get(), nullptr, nullptr, nullptr);
  CHECK(key != nullptr);
  std::string path = files.key + ".protected";
  unsigned char phrase[] = "phrase";
  PEM_write_PrivateKey(OpenFile(path, "we").get(), key, EVP_aes_128_cbc(), phrase, 6, nullptr,
                       nullptr);
  EVP_PKEY_free(key);
  return path;
}

}  // namespace andon
