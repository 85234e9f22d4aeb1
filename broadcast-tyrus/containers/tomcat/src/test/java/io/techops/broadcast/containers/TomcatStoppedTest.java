package io.techops.broadcast.containers;

/** A process of Tomcat that stood still. */
class TomcatStoppedTest extends StoppedContainer {

    TomcatStoppedTest() {
        super(TomcatTest.Embedded.class);
    }
}
