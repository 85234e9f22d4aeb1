package io.techops.broadcast.containers;

import org.junit.jupiter.api.AfterEach;

/**
 * What the endpoint promises, in whatever container it is.
 */
public abstract class ContainerContract
        implements DeliveryContract, LimitsContract, FloodContract, EndContract, ApplicationContract {

    private final ContainerRig rig;

    /** Runs the contract in a container, with the endpoint put into it in one way. */
    protected ContainerContract(DeploymentStyle style, Container.Starting starting) {
        rig = new ContainerRig(style, starting);
    }

    @Override
    public ContainerRig rig() {
        return rig;
    }

    @AfterEach
    void stop() throws Exception {
        rig.stop();
    }
}
