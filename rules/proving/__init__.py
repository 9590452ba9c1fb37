"""All paths of a trial: counted, weighed and proved before anybody is dosed."""
