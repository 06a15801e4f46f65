import Testing
import Workload

@testable import Images

@Suite struct ReferenceTests {
  @Test func referencesAreReadAsTheyAreWritten() throws {
    let digest = "sha256:" + String(repeating: "ab", count: 32)
    for text in [
      "oci:/srv/image", "oci:image:tag", "oci:/srv/a:b/image", "oci-archive:image.tar:v1",
      "docker://docker.io/library/busybox:1.36", "docker://localhost:5000/a/b-c_d:latest",
      "docker://example.com/name@\(digest)", "docker://[::1]:5000/name:tag",
    ] {
      #expect(try ImageReference(text).description == text)
    }
    #expect(try ImageReference("docker://docker.io/library/busybox").description.hasSuffix(":latest"))
    #expect(try ImageReference("oci:/srv/a:b/image") == .layout(directory: "/srv/a:b/image", tag: nil))
  }

  @Test(arguments: [
    "busybox", "docker://busybox", "docker://library/busybox", "docker://docker.io/Upper",
    "docker://docker.io/",
    "docker://docker.io/a@sha256:12", "docker://docker.io/a:", "docker://docker.io/../etc", "oci:",
    "oci::tag", "oci:x:",
    "docker://ev il.com/a", "docker://user@example.com/a", "docker://example.com/a?b",
  ])
  func whatIsNoReferenceIsRefused(_ text: String) {
    #expect(throws: ImageError.self) { try ImageReference(text) }
  }

  @Test func onlyThisMachineIsAskedWithoutTLS() {
    for host in ["localhost", "localhost:5000", "127.0.0.1:80", "[::1]:5000"] {
      #expect(RegistryReference.isLoopback(host: host), "\(host)")
    }
    for host in ["127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "127.1", "128.0.0.1", "[::2]"]
    {
      #expect(!RegistryReference.isLoopback(host: host), "\(host)")
    }
  }

  @Test func challengesAreRead() {
    let challenge = BearerChallenge(
      header: #"Bearer realm="https://auth.example/token",service="a, \"b\"",scope=repository:x:pull"#)
    #expect(challenge?.realm == "https://auth.example/token")
    #expect(challenge?.service == #"a, "b""#)
    #expect(challenge?.scope == "repository:x:pull")
    for header in ["Basic realm=\"x\"", "Bearer", "Bearer service=\"x\"", "Bearer realm=\"open", ""] {
      #expect(BearerChallenge(header: header) == nil, "\(header)")
    }
  }
}
