package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.time.Duration;

/** One server under test, in a process of its own. */
final class ServerProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private final Contender contender;
    private final Scenario scenario;
    private final Child child;
    private int port;
    private long residentBefore = Sample.UNKNOWN;

    /** Starts the process, which takes a while: {@link #awaitPort} waits for it. */
    ServerProcess(Contender contender, Scenario scenario, Workshop workshop) throws IOException {
        this.contender = contender;
        this.scenario = scenario;
        child = new Child(workshop.server(contender, scenario.setup()),
                workshop.log(scenario.id() + "-" + contender.id()));
    }

    void awaitPort() throws IOException, InterruptedException {
        port = Integer.parseInt(child.await(ServeCommand.LISTENING, START));
    }

    /** Leaves it no more processors than it is to have while it is measured. */
    void confine() throws IOException {
        Processors.confine(child.pid(), scenario.setup().processors());
    }

    /** {@return whether it is the server with which {@code other} measures {@code who}} */
    boolean serves(Scenario other, Contender who) {
        return contender.equals(who) && scenario.setup().equals(other.setup()) && other.suits(who);
    }

    /** {@return the scenario that it was started for: the first with its setup} */
    Scenario scenario() {
        return scenario;
    }

    Contender contender() {
        return contender;
    }

    long pid() {
        return child.pid();
    }

    int port() {
        return port;
    }

    /** {@return the heap in use after a collection, or {@link Sample#UNKNOWN} of a server that has none} */
    long liveHeap() throws IOException, InterruptedException {
        return ask(ServeCommand.HEAP);
    }

    /** {@return how much it has allocated on the heap so far, or {@link Sample#UNKNOWN} of a server that has none} */
    long allocated() throws IOException, InterruptedException {
        return ask(ServeCommand.ALLOCATED);
    }

    private long ask(String question) throws IOException, InterruptedException {
        if (!contender.isJava()) {
            return Sample.UNKNOWN;
        }
        child.say(question);
        return Long.parseLong(child.await(question + " ", ANSWER));
    }

    long resident() throws IOException {
        return ProcessFigures.residentBytes(child.pid());
    }

    /** {@return resident memory when this was first asked: before there were many peers} */
    long residentBefore() throws IOException {
        if (residentBefore == Sample.UNKNOWN) {
            residentBefore = resident();
        }
        return residentBefore;
    }

    @Override
    public void close() {
        child.close();
    }
}
