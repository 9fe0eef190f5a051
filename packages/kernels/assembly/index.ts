// Every kernel works on addresses in the imported memory and checks nothing: the classes in ../src do.
export { gemm } from './gemm';
export { packWeights } from './pack';
