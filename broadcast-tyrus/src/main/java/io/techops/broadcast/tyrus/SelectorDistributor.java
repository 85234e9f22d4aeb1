package io.techops.broadcast.tyrus;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import org.glassfish.grizzly.CompletionHandler;
import org.glassfish.grizzly.nio.AbstractNIOConnectionDistributor;
import org.glassfish.grizzly.nio.NIOTransport;
import org.glassfish.grizzly.nio.RegisterChannelResult;
import org.glassfish.grizzly.nio.RoundRobinConnectionDistributor;
import org.glassfish.grizzly.nio.SelectorRunner;

/**
 * Grizzly's way to divide channels among selectors, which can also wake these: a listening socket that was closed goes on
 * listening until its selector has noticed.
 */
final class SelectorDistributor extends AbstractNIOConnectionDistributor {

    private final RoundRobinConnectionDistributor rounds;

    SelectorDistributor(NIOTransport transport) {
        super(transport);
        rounds = new RoundRobinConnectionDistributor(transport);
    }

    /** Has every selector look at what was closed. */
    void wake() {
        for (SelectorRunner runner : getTransportSelectorRunners()) {
            runner.getSelector().wakeup();
        }
    }

    @Override
    public void registerChannel(SelectableChannel channel, int interestOps, Object attachment) throws IOException {
        rounds.registerChannel(channel, interestOps, attachment);
    }

    @Override
    public void registerChannelAsync(SelectableChannel channel, int interestOps, Object attachment,
            CompletionHandler<RegisterChannelResult> completionHandler) {
        rounds.registerChannelAsync(channel, interestOps, attachment, completionHandler);
    }

    @Override
    public void registerServiceChannelAsync(SelectableChannel channel, int interestOps, Object attachment,
            CompletionHandler<RegisterChannelResult> completionHandler) {
        rounds.registerServiceChannelAsync(channel, interestOps, attachment, completionHandler);
    }
}
