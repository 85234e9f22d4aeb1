package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options about what a peer may get from the past. */
final class HistoryOptions {

    @Option(names = "--replay", paramLabel = "N|latest", converter = Value.Replayed.class,
            description = "How many of the newest messages a peer may begin with, if it asks for them with ?replay=N; "
                    + "latest lets it begin with the newest message of every key, with ?replay=latest; may be given "
                    + "once for each (default: none).")
    private List<Integer> replayed = new ArrayList<>();

    @Option(names = "--no-resume",
            description = "Lets no peer go on where it was (default: a peer that offers the subprotocol broadcast.v1 "
                    + "is told the positions of messages, and can go on after one).")
    private boolean noResume;

    @Option(names = "--conflate",
            description = "A message with a key replaces the older ones of its key for peers that have not got them "
                    + "yet (default: every message is delivered).")
    private boolean conflate;

    /**
     * Sets what a peer may have.
     *
     * @param kept what is given as {@code --retention-messages}
     * @throws BadOption if an option cannot be honoured, or contradicts another
     */
    void apply(BroadcastServer.Builder server, int kept) throws BadOption {
        List<Integer> numbers = replayed.stream().filter(most -> !most.equals(Value.Replayed.LATEST)).toList();
        if (numbers.size() > 1) {
            throw new BadOption("--replay", "must have one number at most", numbers.get(0) + " and " + numbers.get(1));
        }
        if (numbers.size() == 1 && numbers.get(0) > kept) {
            throw new BadOption("--replay", "must be at most --retention-messages, here " + kept, numbers.get(0));
        }
        server.replayLimits(ReplayLimits.standard()
                .resume(!noResume)
                .replay(numbers.isEmpty() ? 0 : numbers.get(0))
                .replayLatest(replayed.contains(Value.Replayed.LATEST)));
    }

    void apply(BroadcastHub.Builder hub) {
        hub.conflate(conflate);
    }
}
