package io.techops.broadcast.containers;

/** A process of Jetty that stood still. */
class JettyStoppedTest extends StoppedContainer {

    JettyStoppedTest() {
        super(JettyTest.Embedded.class);
    }
}
