package io.github.gracefulshutdown.sample.fault;

import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Closes a context while its parent serves. */
@RestController
class ChildContexts {

	private final ApplicationContext parent;

	ChildContexts(ApplicationContext parent) {
		this.parent = parent;
	}

	@GetMapping("/fault/child")
	String openAndClose() {
		GenericApplicationContext child = new GenericApplicationContext(this.parent);
		child.refresh();
		child.close();
		return "closed";
	}

}
