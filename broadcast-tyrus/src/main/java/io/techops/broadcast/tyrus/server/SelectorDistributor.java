package io.techops.broadcast.tyrus.server;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.glassfish.grizzly.CompletionHandler;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.nio.AbstractNIOConnectionDistributor;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.NIOTransport;
import org.glassfish.grizzly.nio.RegisterChannelResult;
import org.glassfish.grizzly.nio.RoundRobinConnectionDistributor;
import org.glassfish.grizzly.nio.SelectorRunner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Distributes channels to Grizzly's selectors, and makes up for two omissions of Grizzly at the end: a closed listening
 * socket goes on listening until its selector notices the close, and a connection that was accepted just before the
 * selectors end would never be closed.
 */
final class SelectorDistributor extends AbstractNIOConnectionDistributor {

    private static final Logger LOG = LoggerFactory.getLogger(SelectorDistributor.class);
    private static final Duration LONGEST_ROUND = Duration.ofSeconds(1);

    private final RoundRobinConnectionDistributor rounds;
    private final ConnectionMaker maker;
    private volatile @Nullable NIOConnection listening;

    /** Makes the processor of a connection. */
    interface ConnectionMaker {
        ConnectionProcessor make(NIOConnection connection) throws IOException;
    }

    SelectorDistributor(NIOTransport transport, ConnectionMaker maker) {
        super(transport);
        this.maker = maker;
        rounds = new RoundRobinConnectionDistributor(transport);
    }

    /** {@return whether the current thread is a selector's} */
    boolean selectsOnThisThread() {
        for (SelectorRunner runner : runners()) {
            if (runner.getRunnerThread() == Thread.currentThread()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Closes the listening socket, on its selector's thread. Waits if that thread is busy, because Grizzly would log a
     * warning.
     *
     * @param most how long that thread may be busy before the close
     */
    void stopListening(Duration most) {
        NIOConnection one = listening;
        if (one == null) {
            return; // closed already
        }
        listening = null;
        try {
            one.close().get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("The listening socket is not closed yet: {}", e.toString());
        }
    }

    /** Wakes every selector, so that it notices closed channels. */
    void wake() {
        for (SelectorRunner runner : runners()) {
            runner.getSelector().wakeup();
        }
    }

    /** {@return the runners that have not ended} Grizzly removes them one by one, and then the array. */
    private List<SelectorRunner> runners() {
        SelectorRunner[] runners = getTransportSelectorRunners();
        return runners == null ? List.of() : Stream.of(runners).filter(Objects::nonNull).toList();
    }

    /** Waits until every selector has registered the connections that were accepted so far; never for long. */
    void settle() {
        try {
            awaitRound(); // the accepting selector passes connections to another one,
            awaitRound(); // which then registers them
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitRound() throws InterruptedException {
        List<SelectorRunner> runners = runners();
        CountDownLatch round = new CountDownLatch(runners.size());
        for (SelectorRunner runner : runners) {
            transport.getSelectorHandler().enque(runner, () -> {
                round.countDown();
                return true;
            }, new EmptyCompletionHandler<>());
        }
        round.await(LONGEST_ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void registerChannel(SelectableChannel channel, int interestOps, Object attachment) throws IOException {
        rounds.registerChannel(channel, interestOps, attachment);
    }

    @Override
    public void registerChannelAsync(SelectableChannel channel, int interestOps, Object attachment,
            CompletionHandler<RegisterChannelResult> completionHandler) {
        NIOConnection connection = (NIOConnection) attachment;
        try {
            connection.setProcessor(maker.make(connection));
            rounds.registerChannelAsync(channel, interestOps, attachment, completionHandler);
        } catch (IOException e) {
            drop(channel, e);
        } catch (RuntimeException | Error e) { // from the host's TLS, or no memory: the acceptor logs it
            drop(channel, e);
            throw e;
        }
    }

    private static void drop(SelectableChannel channel, Throwable why) {
        LOG.debug("A connection cannot begin: {}", why.toString());
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("It cannot be closed either: {}", e.toString());
        }
    }

    @Override
    public void registerServiceChannelAsync(SelectableChannel channel, int interestOps, Object attachment,
            CompletionHandler<RegisterChannelResult> completionHandler) {
        listening = (NIOConnection) attachment;
        rounds.registerServiceChannelAsync(channel, interestOps, attachment, completionHandler);
    }
}
