package io.techops.broadcast.containers;

/** A process of stock Tyrus that stood still. */
class TyrusStoppedTest extends StoppedContainer {

    TyrusStoppedTest() {
        super(TyrusTest.Stock.class);
    }
}
