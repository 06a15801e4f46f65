import Foundation

/// The stock kernel that Tests/vm/run boots, in which every limit can be held.
package enum VirtualMachine {
  package static let isHere = ProcessInfo.processInfo.environment["SAMOVAR_VM_EXCHANGE"] != nil
}

/// How much longer than on an idle machine a test waits for what must happen, as SAMOVAR_TEST_SLACK says. It stretches
/// what is late only through a slow machine, never a bound on what a task may use.
package enum TestSlack {
  package static let factor: Int = {
    let text = ProcessInfo.processInfo.environment["SAMOVAR_TEST_SLACK"] ?? "1"
    guard let factor = Int(text), (1...100).contains(factor) else {
      preconditionFailure("SAMOVAR_TEST_SLACK is '\(text)', but must be a whole number from 1 to 100")
    }
    return factor
  }()
}
