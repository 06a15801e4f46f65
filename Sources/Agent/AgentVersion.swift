/// The version of this software, as commands and receipts say it.
package enum AgentVersion {
  package static let current = "0.1.0"
}
