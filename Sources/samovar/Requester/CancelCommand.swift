import Agent
import ArgumentParser
import Ledger
import Workload

/// `samovar cancel`: takes back the tasks of a bag that nobody has begun.
struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Take back the tasks of a bag that are still queued; their escrow returns.",
    discussion: "Tasks that were drawn already go on, are paid for, and keep their results.")

  @Argument(help: "The bag's name.")
  var bag: BagArgument
  @OptionGroup var account: AccountOptions

  func run() async throws {
    let ledger = try account.ledger.open()
    let inclusion = try await account.account(on: ledger).call(.cancelBag(bag.id))
    for case .tasksCancelled(_, let count, let refund) in inclusion.events {
      print("cancelled \(count) tasks; \(Decimals.euros(microEuros: refund)) returned")
    }
  }
}
