import time,random
from tests.contention.test_acceptance import *
from tests.contention import test_acceptance as T
from tests.contention.conftest import *
def test_x(engine):
    import sys
    out=open('/work/scratch/h4/rounds.txt','w')
    for n in range(60):
        s=time.time(); T._mixed_round(random.Random(n)); print(n,round(time.time()-s,2),file=out,flush=True)
